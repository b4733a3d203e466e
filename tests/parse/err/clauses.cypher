MATCH (n) SET n

MATCH (n) SET f(n) = 1

MATCH (n) SET n.x += 1

MATCH (n) REMOVE n

FOREACH (x IN [1] | RETURN 1)

CALL { MATCH (n) RETURN n

CALL db.labels YIELD label RETURN label

CALL db.labels() YIELD * RETURN 1

CALL { CALL db.labels YIELD label RETURN label } RETURN label

LOAD CSV FROM 'x' row

WITH 1 AS x WHERE x ORDER BY x RETURN x

RETURN 1 AS 1

USE other MATCH (n) RETURN n

CREATE TEXT INDEX name FOR (n:A) ON (n.x)

DROP DATABASE c

SHOW TABLES
