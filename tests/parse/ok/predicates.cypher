MATCH (a) WHERE (a)-->(b) AND NOT (a)<-[:R]-({x: 1}) OR ((a)--()) RETURN a;
MATCH (a) WHERE (a {x: 1})-->() XOR (:A)-->() AND (a:A {x: $p})--(b:B) RETURN a;
MATCH (a) WHERE (a WHERE a.x)-->(b) AND (a $p)-->(b) RETURN a;
RETURN (a)-1, (a)<-1, (a) - -1, (a) < -(b), (a)-(b);
