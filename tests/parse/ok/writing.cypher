CREATE (a:A:B {x: 1}), p = (a)-[:R {y: 2}]->(b)<-[r:S $p]-(c);
MERGE (a:A {x: 1}) ON CREATE SET a.y = 1, a:B ON MATCH SET a.z = 2 ON CREATE SET a += {w: 3};
MATCH (n) SET n.x = 1, n = {a: 1}, n += $p, n:A:B, n IS C, n['k'] = 2, (n).y.z = 3, (CASE WHEN true THEN n END).x = null;
MATCH (n) REMOVE n.x, n:A:B, n['k'], n.y.z;
MATCH (n) DELETE n, n.x[0] DETACH DELETE n;
FOREACH (x IN [1, 2] | CREATE (:A {x: x}) FOREACH (y IN x | SET y.z = 1) MERGE (b) DELETE b REMOVE b.x);
