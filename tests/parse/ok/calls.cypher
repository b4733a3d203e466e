RETURN f(), f(1, a), a.b.f(DISTINCT x), count(*), count(DISTINCT n), toUpper ( 'a' );
RETURN all(x IN list WHERE x > 1), any(x IN list WHERE x), NONE(x IN list WHERE x), single(x IN list WHERE x);
RETURN reduce(sum = 0, x IN list | sum + x), exists(n.name), all.x, any;
RETURN exists((a)-->(b)), length(shortestPath((a)-[*]-(b))), allShortestPaths((a)-[*]-(b));
RETURN CASE WHEN a THEN 1 END, CASE a WHEN 1, 2 THEN 'x' WHEN 3 THEN 'y' ELSE 'z' END, CASE WHEN (a)-->() THEN end END;
RETURN EXISTS { (a)-->(b) }, exists { MATCH (a) WHERE a.x }, EXISTS { MATCH (a) RETURN a };
RETURN COUNT { (a)-->(b), (b)-->(c) WHERE a.x } > 1, COLLECT { MATCH (a) RETURN a.x UNION RETURN 1 }, count {.x};
RETURN trim(BOTH 'x' FROM y), trim(leading FROM y), trim(trailing x.y FROM z), trim(both), normalize(x, NFC), normalize(x, y);
RETURN x IS NFC NORMALIZED, x IS NOT NORMALIZED AND y;
