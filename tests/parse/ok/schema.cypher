CREATE INDEX FOR (n:Person) ON (n.name);
create range index by_name if not exists for (n:`A person`) on (n.name, n.`born on`);
CREATE INDEX since FOR ()-[k:KNOWS]->() ON (k.since);
DROP INDEX by_name;
DROP INDEX `if` IF EXISTS;
CREATE CONSTRAINT FOR (n:Person) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT key IF NOT EXISTS FOR (n:Person) REQUIRE (n.first, n.last) IS NODE KEY;
CREATE CONSTRAINT FOR ()<-[k:KNOWS]-() REQUIRE k.id IS RELATIONSHIP UNIQUE;
CREATE CONSTRAINT FOR (n:Person) REQUIRE n.name IS NOT NULL;
CREATE CONSTRAINT FOR (n:Person) REQUIRE n.name IS :: STRING | LIST<STRING NOT NULL>;
CREATE CONSTRAINT FOR (n:Person) REQUIRE n.name IS TYPED string;
DROP CONSTRAINT key IF EXISTS;
SHOW INDEXES;
SHOW ALL CONSTRAINTS;
SHOW CURRENT GRAPH TYPE;
ALTER CURRENT GRAPH TYPE SET {};
ALTER CURRENT GRAPH TYPE SET CLOSED {
  (:City),
  (p:Person => :Human&Animal {name :: STRING NOT NULL, age INTEGER}),
  (:Person)-[:KNOWS => {since TYPED DATE}]->(:Person =>),
  ()-[v:VISITED IMPLIES]->(:City&Place)
};
