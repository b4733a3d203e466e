//! IRIs as names of labels, types and keys, and back: `foaf__name` where the namespace has a
//! well-known prefix, the IRI itself where it has none. A name of a graph that is no IRI is one of
//! the scheme `rihla:` in RDF, so `City` is `rihla:City`.
//!
//! These prefixes are fixed, so that a name means the same in every graph and needs nothing beside it;
//! those that files declare are for writing only (`prefixes`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use oxrdf::NamedNode;

/// The property that holds the IRI of a node.
pub(super) const IRI: &str = "iri";
/// The property that holds the name of the graph that the statements of a node, or the one of a
/// relationship, stand in. No IRI has the sign.
pub(super) const GRAPH: &str = "^graph";

/// The scheme of names that are no IRIs.
pub(super) const SCHEME: &str = "rihla:";

/// What stands between a prefix and the rest of a short name.
const SEPARATOR: &str = "__";

/// Prefixes as prefix.cc has them.
#[rustfmt::skip]
const PREFIXES: &[(&str, &str)] = &[
    ("adms",       "http://www.w3.org/ns/adms#"),
    ("as",         "https://www.w3.org/ns/activitystreams#"),
    ("bibo",       "http://purl.org/ontology/bibo/"),
    ("biolink",    "https://w3id.org/biolink/vocab/"),
    ("cc",         "http://creativecommons.org/ns#"),
    ("cert",       "http://www.w3.org/ns/auth/cert#"),
    ("crm",        "http://www.cidoc-crm.org/cidoc-crm/"),
    ("dbo",        "http://dbpedia.org/ontology/"),
    ("dbp",        "http://dbpedia.org/property/"),
    ("dc",         "http://purl.org/dc/elements/1.1/"),
    ("dcat",       "http://www.w3.org/ns/dcat#"),
    ("dcmitype",   "http://purl.org/dc/dcmitype/"),
    ("dcterms",    "http://purl.org/dc/terms/"),
    ("doap",       "http://usefulinc.com/ns/doap#"),
    ("dqv",        "http://www.w3.org/ns/dqv#"),
    ("earl",       "http://www.w3.org/ns/earl#"),
    ("edm",        "http://www.europeana.eu/schemas/edm/"),
    ("foaf",       "http://xmlns.com/foaf/0.1/"),
    ("geo",        "http://www.w3.org/2003/01/geo/wgs84_pos#"),
    ("geosparql",  "http://www.opengis.net/ont/geosparql#"),
    ("gn",         "http://www.geonames.org/ontology#"),
    ("locn",       "http://www.w3.org/ns/locn#"),
    ("oa",         "http://www.w3.org/ns/oa#"),
    ("oban",       "http://purl.org/oban/"),
    ("obo",        "http://purl.obolibrary.org/obo/"),
    ("oboInOwl",   "http://www.geneontology.org/formats/oboInOwl#"),
    ("odrl",       "http://www.w3.org/ns/odrl/2/"),
    ("org",        "http://www.w3.org/ns/org#"),
    ("owl",        "http://www.w3.org/2002/07/owl#"),
    ("prov",       "http://www.w3.org/ns/prov#"),
    ("qb",         "http://purl.org/linked-data/cube#"),
    ("rdf",        "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs",       "http://www.w3.org/2000/01/rdf-schema#"),
    ("schema",     "https://schema.org/"),
    ("schema1",    "http://schema.org/"),
    ("sh",         "http://www.w3.org/ns/shacl#"),
    ("sioc",       "http://rdfs.org/sioc/ns#"),
    ("skos",       "http://www.w3.org/2004/02/skos/core#"),
    ("skosxl",     "http://www.w3.org/2008/05/skos-xl#"),
    ("sosa",       "http://www.w3.org/ns/sosa/"),
    ("ssn",        "http://www.w3.org/ns/ssn/"),
    ("time",       "http://www.w3.org/2006/time#"),
    ("vann",       "http://purl.org/vocab/vann/"),
    ("vcard",      "http://www.w3.org/2006/vcard/ns#"),
    ("void",       "http://rdfs.org/ns/void#"),
    ("wd",         "http://www.wikidata.org/entity/"),
    ("wdt",        "http://www.wikidata.org/prop/direct/"),
    ("wikibase",   "http://wikiba.se/ontology#"),
    ("xsd",        "http://www.w3.org/2001/XMLSchema#"),
];

static BY_PREFIX: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| PREFIXES.iter().copied().collect());
static BY_NAMESPACE: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let turned = PREFIXES
        .iter()
        .map(|(prefix, namespace)| (*namespace, *prefix));
    turned.collect()
});

/// The name of an IRI in a graph.
pub(super) fn name_of(iri: &str) -> Cow<'_, str> {
    if let Some((prefix, _, local)) = prefix_of(iri) {
        return Cow::Owned(format!("{prefix}{SEPARATOR}{local}"));
    }
    let own = iri.strip_prefix(SCHEME).and_then(decoded);
    // The name that means something to us stays an IRI where it is a predicate.
    match own {
        Some(name) if name != IRI && iri_of(&name) == iri => Cow::Owned(name),
        _ => Cow::Borrowed(iri),
    }
}

/// The IRI that a name of a graph stands for; a valid one for every name.
pub(super) fn iri_of(name: &str) -> Cow<'_, str> {
    if let Some((prefix, local)) = name.split_once(SEPARATOR)
        && let Some(namespace) = BY_PREFIX.get(prefix)
        && is_local(local)
    {
        return Cow::Owned(format!("{namespace}{local}"));
    }
    if name.contains(':') && NamedNode::new(name).is_ok() {
        return Cow::Borrowed(name);
    }
    Cow::Owned(encoded(name))
}

/// The prefix, the namespace and the rest of an IRI whose namespace is well known.
pub(super) fn prefix_of(iri: &str) -> Option<(&'static str, &'static str, &str)> {
    let end = iri.rfind(['#', '/'])? + 1;
    let (namespace, local) = (iri.get(..end)?, iri.get(end..)?);
    let (namespace, prefix) = BY_NAMESPACE.get_key_value(namespace)?;
    is_local(local).then_some((*prefix, *namespace, local))
}

/// Whether `local` may stand after a prefix.
fn is_local(local: &str) -> bool {
    let may = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    !local.is_empty() && local.chars().all(may)
}

/// `name` as an IRI of our scheme: what an IRI cannot hold is in percent.
fn encoded(name: &str) -> String {
    let mut iri = SCHEME.to_owned();
    for character in name.chars() {
        if character.is_alphanumeric() || "-_.~".contains(character) {
            iri.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                iri.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    iri
}

/// The name in an IRI of our scheme, where it is text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_short_where_the_prefix_is_well_known() {
        let pairs = [
            ("http://xmlns.com/foaf/0.1/name", "foaf__name"),
            ("https://schema.org/3DModel", "schema__3DModel"),
            ("http://example.org/knows", "http://example.org/knows"),
            ("http://xmlns.com/foaf/0.1/", "http://xmlns.com/foaf/0.1/"),
            ("rihla:City", "City"),
            ("rihla:lives%20in", "lives in"),
            ("rihla:مدينة", "مدينة"),
            ("rihla:foaf__name", "rihla:foaf__name"),
            ("rihla:iri", "rihla:iri"),
        ];
        for (iri, name) in pairs {
            assert_eq!((name_of(iri).as_ref(), iri_of(name).as_ref()), (name, iri));
        }
    }

    proptest! {
        #[test]
        fn every_name_has_a_valid_iri_that_leads_back(name in "\\PC{0,12}|[a-z]{2,4}__[a-zA-Z é]{0,5}|(iri|rihla:.{0,3})") {
            let iri = iri_of(&name).into_owned();
            NamedNode::new(iri.as_str()).expect("it is an IRI");
            let name = name_of(&iri);
            prop_assert_eq!(iri_of(&name), iri.as_str());
        }
    }
}
