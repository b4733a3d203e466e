RETURN 42 — 41

MATCH (a)‒[:R]->(b) RETURN a

RETURN “abc”

RETURN 1 ≠ 2

RETURN a#b
