// What the graph of ICESCO is like: which labels have which properties, and what connects them.
// The program sets it when it loads the graph; `SHOW CURRENT GRAPH TYPE` shows it.
ALTER CURRENT GRAPH TYPE SET {
  (:City => {name :: STRING NOT NULL, source :: STRING, paragraph :: INTEGER}),
  (:Country => {
    name :: STRING NOT NULL, source :: STRING, paragraph :: INTEGER,
    aliases :: LIST<STRING NOT NULL>
  }),
  (:Event => {
    name :: STRING NOT NULL, date :: DATE, note :: STRING, source :: STRING,
    paragraph :: INTEGER, year :: INTEGER, edition :: INTEGER, aliases :: LIST<STRING NOT NULL>
  }),
  (:Framework => {
    name :: STRING NOT NULL, aliases :: LIST<STRING NOT NULL>, source :: STRING,
    paragraph :: INTEGER, horizon :: INTEGER, adopted :: INTEGER
  }),
  (:Goal => {
    name :: STRING NOT NULL, rank :: INTEGER, strategic :: BOOLEAN, source :: STRING,
    paragraph :: INTEGER, urgency :: STRING
  }),
  (:Group => {
    name :: STRING NOT NULL, count :: INTEGER, source :: STRING, paragraph :: INTEGER,
    teams :: INTEGER, teamsNote :: STRING, countries :: INTEGER
  }),
  (:Initiative => {
    name :: STRING NOT NULL, aliases :: LIST<STRING NOT NULL>, kind :: STRING,
    currentCountries :: INTEGER, expanding :: BOOLEAN, source :: STRING, paragraph :: INTEGER,
    stage :: STRING, year :: INTEGER, countries :: INTEGER
  }),
  (:Organization => {
    name :: STRING NOT NULL, aliases :: LIST<STRING NOT NULL>, source :: STRING,
    paragraph :: INTEGER, kind :: STRING, founded :: INTEGER, memberCountries :: INTEGER,
    website :: STRING
  }),
  (:Person => {name :: STRING NOT NULL, title :: STRING, source :: STRING, paragraph :: INTEGER}),
  (:Publication => {
    name :: STRING NOT NULL, datedMonth :: INTEGER, datedDay :: INTEGER, datedNote :: STRING,
    language :: STRING, source :: STRING, paragraph :: INTEGER, kind :: STRING,
    license :: STRING, publishedOn :: STRING, access :: STRING
  }),
  (:Region => {
    name :: STRING NOT NULL, source :: STRING, paragraph :: INTEGER,
    aliases :: LIST<STRING NOT NULL>
  }),
  (:Sector => {name :: STRING NOT NULL, source :: STRING, paragraph :: INTEGER}),
  (:Source => :Publication {
    name :: STRING NOT NULL, datedMonth :: INTEGER, datedDay :: INTEGER, datedNote :: STRING,
    language :: STRING, source :: STRING, paragraph :: INTEGER
  }),
  (:Topic => {name :: STRING NOT NULL, source :: STRING, paragraph :: INTEGER, year :: INTEGER}),
  (:Publication)-[:ABOUT => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Framework)-[:ADOPTED_IN => {year :: INTEGER, source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Topic)-[:BASED_ON => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Framework)-[:BELONGS_TO => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Group)-[:BELONGS_TO => {
    role :: STRING, source :: STRING, paragraph :: INTEGER
  }]->(:Organization),
  (:Initiative)-[:BELONGS_TO => {source :: STRING, paragraph :: INTEGER}]->(:Sector),
  (:Sector)-[:BELONGS_TO => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:City)-[:CAPITAL_OF => {source :: STRING, paragraph :: INTEGER}]->(:Country),
  (:City)-[:CAPITAL_OF => {source :: STRING}]->(:Region),
  (:Sector)-[:COLLABORATES_WITH => {
    intensity :: STRING, source :: STRING, paragraph :: INTEGER
  }]->(:Group),
  (:Event)-[:CONCERNS => {source :: STRING, paragraph :: INTEGER}]->(:Country),
  (:Event)-[:CONCERNS => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Goal)-[:CONCERNS => {source :: STRING, paragraph :: INTEGER, reason :: STRING}]->(:Region),
  (:Publication)-[:CONCERNS => {source :: STRING, paragraph :: INTEGER}]->(:Region),
  (:Topic)-[:CONCERNS => {reach :: STRING, source :: STRING, paragraph :: INTEGER}]->(:Group),
  (:Sector)-[:CONNECTS => {role :: STRING, source :: STRING, paragraph :: INTEGER}]->(:Group),
  (:Publication)-[:CONTAINS => {source :: STRING, paragraph :: INTEGER}]->(:Publication),
  (:Event)-[:CONTRIBUTES_TO => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Goal)-[:CONTRIBUTES_TO => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Goal)-[:CONTRIBUTES_TO => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Initiative)-[:CONTRIBUTES_TO => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Topic)-[:CONTRIBUTES_TO => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Country)-[:COOPERATES_WITH => {
    expanding :: BOOLEAN, fields :: LIST<STRING NOT NULL>, source :: STRING, paragraph :: INTEGER
  }]->(:Group),
  (:Country)-[:COOPERATES_WITH => {
    fields :: LIST<STRING NOT NULL>, framework :: STRING, source :: STRING, paragraph :: INTEGER
  }]->(:Region),
  (:Event)-[:COVERS => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Goal)-[:COVERS => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Initiative)-[:COVERS => {role :: STRING, source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Organization)-[:COVERS => {
    source :: STRING, paragraph :: INTEGER, approach :: STRING
  }]->(:Topic),
  (:Publication)-[:COVERS => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Sector)-[:COVERS => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Publication)-[:CREDITED_TO => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Framework)-[:DEVELOPED_BY => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Sector)-[:DEVELOPS => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Event)-[:DISCUSSES => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Initiative)-[:FOLLOWS => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Organization)-[:GRANTED => {date :: DATE, source :: STRING, paragraph :: INTEGER}]->(:Event),
  (:Organization)-[:HAS_FLAGSHIP => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Sector)-[:HAS_FLAGSHIP => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Organization)-[:HAS_MEMBERS_FROM => {source :: STRING, paragraph :: INTEGER}]->(:Region),
  (:Organization)-[:HEADQUARTERED_IN => {source :: STRING, paragraph :: INTEGER}]->(:City),
  (:Person)-[:HEADS => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Event)-[:HELD_IN => {
    date :: DATE, source :: STRING, paragraph :: INTEGER, year :: INTEGER
  }]->(:City),
  (:Event)-[:HELD_IN_CAPITAL_OF => {source :: STRING, paragraph :: INTEGER}]->(:Region),
  (:City)-[:HOSTS => {source :: STRING, paragraph :: INTEGER}]->(:Event),
  (:City)-[:HOSTS => {role :: STRING, source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Organization)-[:IMPLEMENTS => {
    role :: STRING, source :: STRING, paragraph :: INTEGER
  }]->(:Framework),
  (:Organization)-[:IMPLEMENTS => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Sector)-[:IMPLEMENTS => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Country)-[:OBSERVES => {
    status :: STRING, source :: STRING, paragraph :: INTEGER, since :: DATE,
    sinceParagraph :: INTEGER
  }]->(:Organization),
  (:Group)-[:PARTICIPATES_IN => {
    teams :: INTEGER, teamsNote :: STRING, countries :: INTEGER, source :: STRING,
    paragraph :: INTEGER
  }]->(:Event),
  (:Group)-[:PARTICIPATES_IN => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Event)-[:PART_OF => {source :: STRING, paragraph :: INTEGER}]->(:Initiative),
  (:Goal)-[:PART_OF => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Organization)-[:PART_OF => {source :: STRING, paragraph :: INTEGER}]->(:Organization),
  (:Topic)-[:PART_OF => {source :: STRING, paragraph :: INTEGER, role :: STRING}]->(:Topic),
  (:Initiative)-[:PROVIDES => {to :: STRING, source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Organization)-[:PUBLISHES => {
    source :: STRING, paragraph :: INTEGER, channel :: STRING
  }]->(:Publication),
  (:Country)-[:PURSUES => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Initiative)-[:PURSUES => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Organization)-[:PURSUES => {
    strategic :: BOOLEAN, source :: STRING, paragraph :: INTEGER
  }]->(:Goal),
  (:Sector)-[:PURSUES => {source :: STRING, paragraph :: INTEGER}]->(:Goal),
  (:Event)-[:SERVES => {source :: STRING, paragraph :: INTEGER}]->(:Group),
  (:Goal)-[:SERVES => {source :: STRING, paragraph :: INTEGER}]->(:Group),
  (:Initiative)-[:SERVES => {source :: STRING, paragraph :: INTEGER, attention :: STRING}]->(:Group),
  (:Initiative)-[:STAGE_OF => {
    stage :: STRING, year :: INTEGER, source :: STRING, paragraph :: INTEGER,
    countries :: INTEGER
  }]->(:Initiative),
  (:Topic)-[:STRENGTHENS => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Topic)-[:SUPPORTED_BY => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Initiative)-[:SUPPORTS => {source :: STRING, paragraph :: INTEGER}]->(:Topic),
  (:Organization)-[:USES => {source :: STRING, paragraph :: INTEGER}]->(:Topic)
}
