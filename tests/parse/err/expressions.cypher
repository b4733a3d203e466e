RETURN

RETURN 1 2

RETURN 1 +

RETURN (1 + 2

RETURN 1)

RETURN [1, 2

RETURN [1 | 2]

RETURN {a: }

RETURN {1: 2}

RETURN {a.b: 1}

RETURN n.

RETURN f(1, )

RETURN f(x WHERE y)

RETURN sum(*)

RETURN (a.b)(c)

RETURN 1(2)

RETURN a IS NULL.b

RETURN n {.a .b}

RETURN all(x IN [1])

RETURN reduce(a = 0, x IN [1])

RETURN reduce(a, x IN [1] | a)

RETURN CASE WHEN 1 THEN 2

RETURN CASE x END

RETURN CASE WHEN 1, 2 THEN 3 END

RETURN a = NOT b

RETURN a != b

RETURN a == b

RETURN a && b

RETURN $

RETURN x IS :: FOO

RETURN size((a)-->(b))

RETURN (a)-->(b) AS x

WITH [(a)-->(b)] AS x RETURN x

RETURN EXISTS { (a)-->(b) WHERE }
