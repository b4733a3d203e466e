MATCH (match:Match {return: 1})-[where:WHERE]->(end) RETURN end.with, order, count, `a``b`, all, limit LIMIT 1;
WITH 1 AS set, 2 AS type UNWIND [1] AS of RETURN set + type;
RETURN _a, é, naïve, 日本, a1;
MATCH (n) // a comment
WHERE n.x = '// no comment' /* another
one */ RETURN/**/n;
return 1 As X;
