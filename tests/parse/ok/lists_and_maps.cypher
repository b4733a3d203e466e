RETURN [], [1, 'a', [b]], [x = 1], [(a), (b)];
RETURN [x IN list], [x IN list WHERE x > 1], [x IN list | x + 1], [x IN list WHERE x:A | x.name];
RETURN [x IN a OR b, c], [x IN list WHERE x:A|B | x];
RETURN [(a)-->(b) | b.name], [p = (a)-[:R*]->(b) WHERE b.x | p], [({x: 1})-->(b) | b];
RETURN {}, {a: 1, `b c`: 'x', match: {null: null}}, {a: 1 + 1, b: -1};
RETURN n {}, n {.a, .*, b: 1, c}, n{ .`x y` };
RETURN ({a: 1}), ({a: 1}).a, (n {.a}), ({a: 1}) - 1;
