// Friend triangles inside one country. The way from each person to the country stands in a MATCH of its own:
// within one MATCH no relationship is taken twice, so that friends who live in the same city would not count.
MATCH (a:Person)-[:knows]-(b:Person)-[:knows]-(c:Person)-[:knows]-(a)
MATCH (a)-[:isLocatedIn]->(:City)-[:isPartOf]->(k:Country)
MATCH (b)-[:isLocatedIn]->(:City)-[:isPartOf]->(k)
MATCH (c)-[:isLocatedIn]->(:City)-[:isPartOf]->(k)
RETURN count(*)
