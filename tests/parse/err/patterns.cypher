MATCH (n RETURN n

MATCH (n:) RETURN n

MATCH n RETURN n

MATCH (a)-[:KNOWS]>(b) RETURN a

MATCH (a)-[:KNOWS->(b) RETURN a

MATCH (a)->(b) RETURN a

MATCH (a)--(b RETURN a

MATCH (a) (b) RETURN a

MATCH (a)-[:R..2]->(b) RETURN a

MATCH (a)-[:R*-2]->(b) RETURN a

MATCH (a)-[*1..x]->(b) RETURN a

MATCH ()-[*99999999999999999999]->() RETURN 1

MATCH SHORTEST 1.5 PATHS (a)-->(b) RETURN a

CREATE (a)-[:R]->+(b)

CREATE (a:A|B)

CREATE (a WHERE a.x)

CREATE ((a)-[:R]->(b)){2}

MERGE ANY SHORTEST (a)-[:R]->(b)

RETURN shortestPath((a)-->(b)-->(c))
