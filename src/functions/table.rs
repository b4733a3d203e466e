//! The table of functions: one row each, in alphabetical order within a category.
//!
//! A row is two lines. The first: name and other names, what a null does, purity, code, one
//! signature for each overload. The second: the sentence of the manual, an example and its answer.
//! Only what a type can never be is refused before a query runs, so a function whose wrong
//! arguments are errors of the running query has `ANY` there.

use super::aggregate::{Count, Maximum, Minimum, start};
use super::aggregate_collect::Collect;
use super::aggregate_statistics::{
    ContinuousPercentile, DiscretePercentile, PopulationDeviation, SampleDeviation,
};
use super::aggregate_sum::{Average, Total};
use super::row::Implementation::{Aggregate, Columnar, Scalar};
use super::row::{Category, Function, NullRule, Purity};
use super::{convert, graph, list, number, scalar, temporal, text};

macro_rules! table {
    ($($category:ident {$(
        $name:literal $(/ $alias:literal)* $null_rule:ident $purity:ident $code:expr,
        $($signature:literal)+;
        $sentence:literal $example:literal => $answer:literal;
    )+})+) => {
        &[$($(
            Function {
                name: $name,
                aliases: &[$($alias),*],
                category: Category::$category,
                signatures: &[$($signature),+],
                null_rule: NullRule::$null_rule,
                purity: Purity::$purity,
                implementation: $code,
                sentence: $sentence,
                example: ($example, $answer),
            },
        )+)+]
    };
}

/// Every function of the language.
pub static FUNCTIONS: &[Function] = table! {
    Aggregating {
        "avg"                                Skip      Pure     Aggregate(start::<Average>),                               "(value :: NUMBER) :: FLOAT" "(value :: DURATION) :: DURATION";
            "The mean of the values; null if there are none." "UNWIND [1, 2, 6] AS x RETURN avg(x)" => "3.0";
        "collect" / "collect_list"           Skip      Pure     Aggregate(start::<Collect>),                               "(value :: ANY) :: LIST<ANY>";
            "The list of the values, in the order of the rows." "UNWIND [1, null, 2] AS x RETURN collect(x)" => "[1, 2]";
        "count"                              Skip      Pure     Aggregate(start::<Count>),                                 "(value :: ANY) :: INTEGER";
            "How many values are not null; `count(*)` counts the rows." "UNWIND ['a', null, 'b'] AS x RETURN count(x)" => "2";
        "max"                                Skip      Pure     Aggregate(start::<Maximum>),                               "(value :: ANY) :: ANY";
            "The last of the values in the order of `ORDER BY`; null if there are none." "UNWIND [3, 8, 5] AS x RETURN max(x)" => "8";
        "min"                                Skip      Pure     Aggregate(start::<Minimum>),                               "(value :: ANY) :: ANY";
            "The first of the values in the order of `ORDER BY`; null if there are none." "UNWIND [3, 8, 5] AS x RETURN min(x)" => "3";
        "percentileCont" / "percentile_cont" Skip      Pure     Aggregate(start::<ContinuousPercentile>),                  "(value :: NUMBER, percentile :: NUMBER) :: FLOAT";
            "The percentile (0.0 to 1.0) of the values, between the two nearest if it falls between." "UNWIND [10, 20] AS x RETURN percentileCont(x, 0.5)" => "15.0";
        "percentileDisc" / "percentile_disc" Skip      Pure     Aggregate(start::<DiscretePercentile>),                    "(value :: INTEGER, percentile :: NUMBER) :: INTEGER" "(value :: FLOAT, percentile :: NUMBER) :: FLOAT";
            "The value at the percentile (0.0 to 1.0), one of those given." "UNWIND [10, 20, 30] AS x RETURN percentileDisc(x, 0.5)" => "20";
        "stDev" / "stdev_samp"               Skip      Pure     Aggregate(start::<SampleDeviation>),                       "(value :: NUMBER) :: FLOAT";
            "The standard deviation of a sample; 0.0 of fewer than two values." "UNWIND [1, 3, 5] AS x RETURN stDev(x)" => "2.0";
        "stDevP" / "stdev_pop"               Skip      Pure     Aggregate(start::<PopulationDeviation>),                   "(value :: NUMBER) :: FLOAT";
            "The standard deviation of a whole population; 0.0 of no values." "UNWIND [2, 6] AS x RETURN stDevP(x)" => "2.0";
        "sum"                                Skip      Pure     Aggregate(start::<Total>),                                 "(value :: INTEGER) :: INTEGER" "(value :: FLOAT) :: FLOAT" "(value :: DURATION) :: DURATION";
            "All values added up; 0 if there are none." "UNWIND [1, 2, 3] AS x RETURN sum(x)" => "6";
    }
    List {
        "head"                               Propagate Pure     Scalar(list::head),                                        "(list :: LIST<ANY>) :: ANY";
            "The first element; null of an empty list." "head(['a', 'b'])" => "'a'";
        "isEmpty"                            Propagate Pure     Scalar(list::is_empty),                                    "(list :: LIST<ANY>) :: BOOLEAN" "(map :: MAP) :: BOOLEAN" "(text :: STRING) :: BOOLEAN";
            "Whether a list, a map or a string holds nothing." "isEmpty([])" => "true";
        "last"                               Propagate Pure     Scalar(list::last),                                        "(list :: LIST<ANY>) :: ANY";
            "The last element; null of an empty list." "last(['a', 'b'])" => "'b'";
        "range"                              Propagate Pure     Scalar(list::range),                                       "(start :: ANY, end :: ANY, step? :: ANY) :: LIST<INTEGER>";
            "The integers from `start` to `end`, both included, `step` (1) apart." "range(2, 10, 3)" => "[2, 5, 8]";
        "reverse"                            Propagate Pure     Scalar(list::reverse),                                     "(list :: LIST<ANY>) :: LIST<ANY>" "(text :: STRING) :: STRING";
            "The elements or characters from last to first." "reverse([1, 2, 3])" => "[3, 2, 1]";
        "size" / "cardinality"               Propagate Pure     Columnar(list::size, list::size_column),                   "(list :: LIST<ANY>) :: INTEGER" "(text :: STRING) :: INTEGER";
            "How many elements a list, or characters a string has." "size(['a', 'b'])" => "2";
        "tail"                               Propagate Pure     Scalar(list::tail),                                        "(list :: LIST<ANY>) :: LIST<ANY>";
            "All elements but the first." "tail([1, 2, 3])" => "[2, 3]";
    }
    Mathematical {
        "abs"                                Propagate Pure     Columnar(number::abs, number::abs_column),                 "(value :: INTEGER) :: INTEGER" "(value :: FLOAT) :: FLOAT";
            "The number without its sign." "abs(-3)" => "3";
        "acos"                               Propagate Pure     number::ACOS,                                              "(value :: NUMBER) :: FLOAT";
            "The angle in radians with this cosine; NaN outside of -1 to 1." "acos(1)" => "0.0";
        "asin"                               Propagate Pure     number::ASIN,                                              "(value :: NUMBER) :: FLOAT";
            "The angle in radians with this sine; NaN outside of -1 to 1." "asin(0)" => "0.0";
        "atan"                               Propagate Pure     number::ATAN,                                              "(value :: NUMBER) :: FLOAT";
            "The angle in radians with this tangent." "atan(0)" => "0.0";
        "atan2"                              Propagate Pure     Scalar(number::atan2),                                     "(y :: NUMBER, x :: NUMBER) :: FLOAT";
            "The angle in radians of the point (x, y), seen from the origin." "atan2(0, 1)" => "0.0";
        "ceil" / "ceiling"                   Propagate Pure     number::CEIL,                                              "(value :: NUMBER) :: FLOAT";
            "The least whole number that is not less." "ceil(0.1)" => "1.0";
        "cos"                                Propagate Pure     number::COS,                                               "(angle :: NUMBER) :: FLOAT";
            "The cosine of an angle in radians." "cos(0)" => "1.0";
        "cosh"                               Propagate Pure     number::COSH,                                              "(value :: NUMBER) :: FLOAT";
            "The hyperbolic cosine." "cosh(0)" => "1.0";
        "cot"                                Propagate Pure     number::COT,                                               "(angle :: NUMBER) :: FLOAT";
            "The cotangent of an angle in radians." "round(cot(pi() / 4), 10)" => "1.0";
        "coth"                               Propagate Pure     number::COTH,                                              "(value :: NUMBER) :: FLOAT";
            "The hyperbolic cotangent; NaN of 0." "coth(100)" => "1.0";
        "degrees"                            Propagate Pure     number::DEGREES,                                           "(angle :: NUMBER) :: FLOAT";
            "An angle in radians as degrees." "degrees(pi())" => "180.0";
        "e"                                  Propagate Pure     Scalar(number::e),                                         "() :: FLOAT";
            "The base of the natural logarithm." "e()" => "2.718281828459045";
        "exp"                                Propagate Pure     number::EXP,                                               "(value :: NUMBER) :: FLOAT";
            "The number e to this power." "exp(0)" => "1.0";
        "floor"                              Propagate Pure     number::FLOOR,                                             "(value :: NUMBER) :: FLOAT";
            "The greatest whole number that is not greater." "floor(-0.1)" => "-1.0";
        "haversin"                           Propagate Pure     number::HAVERSIN,                                          "(angle :: NUMBER) :: FLOAT";
            "Half the versed sine of an angle in radians, for distances on a sphere." "haversin(0)" => "0.0";
        "isNaN"                              Propagate Pure     Scalar(number::is_nan),                                    "(value :: NUMBER) :: BOOLEAN";
            "Whether this is the float that is not a number." "isNaN(0.0 / 0.0)" => "true";
        "log" / "ln"                         Propagate Pure     number::LOG,                                               "(value :: NUMBER) :: FLOAT";
            "The natural logarithm; NaN of a negative number." "log(1)" => "0.0";
        "log10"                              Propagate Pure     number::LOG10,                                             "(value :: NUMBER) :: FLOAT";
            "The logarithm to base 10; NaN of a negative number." "log10(1000)" => "3.0";
        "pi"                                 Propagate Pure     Scalar(number::pi),                                        "() :: FLOAT";
            "Half the circumference of the unit circle." "pi()" => "3.141592653589793";
        "radians"                            Propagate Pure     number::RADIANS,                                           "(angle :: NUMBER) :: FLOAT";
            "An angle in degrees as radians." "radians(180)" => "3.141592653589793";
        "rand"                               Propagate Volatile Scalar(number::rand),                                      "() :: FLOAT";
            "A random number from 0.0 to below 1.0, another one for each row." "0 <= rand() < 1" => "true";
        "round"                              Propagate Pure     Columnar(number::round, number::round_column),             "(value :: NUMBER, precision? :: INTEGER, mode? :: STRING) :: FLOAT";
            "The nearest number with `precision` (0) digits after the point; `mode` is UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN or HALF_EVEN. Without one, ties go up at precision 0, else away from zero." "round(3.14159, 2)" => "3.14";
        "sign"                               Propagate Pure     Scalar(number::sign),                                      "(value :: NUMBER) :: INTEGER";
            "-1 of a negative number, 0 of zero, 1 of a positive one." "sign(-0.5)" => "-1";
        "sin"                                Propagate Pure     number::SIN,                                               "(angle :: NUMBER) :: FLOAT";
            "The sine of an angle in radians." "sin(0)" => "0.0";
        "sinh"                               Propagate Pure     number::SINH,                                              "(value :: NUMBER) :: FLOAT";
            "The hyperbolic sine." "sinh(0)" => "0.0";
        "sqrt"                               Propagate Pure     number::SQRT,                                              "(value :: NUMBER) :: FLOAT";
            "The square root; NaN of a negative number." "sqrt(16)" => "4.0";
        "tan"                                Propagate Pure     number::TAN,                                               "(angle :: NUMBER) :: FLOAT";
            "The tangent of an angle in radians." "tan(0)" => "0.0";
        "tanh"                               Propagate Pure     number::TANH,                                              "(value :: NUMBER) :: FLOAT";
            "The hyperbolic tangent." "tanh(0)" => "0.0";
    }
    String {
        "btrim"                              Propagate Pure     Scalar(text::trim),                                        "(text :: STRING, characters? :: STRING) :: STRING";
            "The string without white space, or without any of `characters`, at both ends." "btrim('xxhixx', 'x')" => "'hi'";
        "char_length" / "character_length"   Propagate Pure     Columnar(text::char_length, text::char_length_column),     "(text :: STRING) :: INTEGER";
            "How many characters a string has." "char_length('naïve')" => "5";
        "isNormalized"                       Propagate Pure     Scalar(text::is_normalized),                               "(value :: ANY, form? :: STRING) :: BOOLEAN";
            "What `IS NORMALIZED` asks: whether a string is in a normal form of Unicode, NFC if none is named; null of what is no string." "isNormalized('caf\\u00E9')" => "true";
        "left"                               Propagate Pure     Columnar(text::left, text::left_column),                   "(text :: STRING, length :: INTEGER) :: STRING";
            "The first characters of a string, or all if there are fewer." "left('hello', 3)" => "'hel'";
        "lTrim"                              Propagate Pure     Scalar(text::left_trim),                                   "(text :: STRING, characters? :: STRING) :: STRING";
            "The string without white space, or without any of `characters`, at its start." "lTrim('  hi')" => "'hi'";
        "normalize"                          Propagate Pure     Scalar(text::normalize),                                   "(text :: STRING, form? :: STRING) :: STRING";
            "The string in a normal form of Unicode: `NFC`, which is meant if none is named, `NFD`, `NFKC` or `NFKD`." "normalize('\\uFB01', NFKC)" => "'fi'";
        "replace"                            Propagate Pure     Scalar(text::replace),                                     "(text :: STRING, search :: STRING, replacement :: STRING, limit? :: INTEGER) :: STRING";
            "The string with each occurrence of `search`, or the first `limit` of them, replaced." "replace('hello', 'l', 'w')" => "'hewwo'";
        "right"                              Propagate Pure     Scalar(text::right),                                       "(text :: STRING, length :: INTEGER) :: STRING";
            "The last characters of a string, or all if there are fewer." "right('hello', 3)" => "'llo'";
        "rTrim"                              Propagate Pure     Scalar(text::right_trim),                                  "(text :: STRING, characters? :: STRING) :: STRING";
            "The string without white space, or without any of `characters`, at its end." "rTrim('hi  ')" => "'hi'";
        "split"                              Propagate Pure     Scalar(text::split),                                       "(text :: STRING, delimiter :: STRING) :: LIST<STRING>" "(text :: STRING, delimiters :: LIST<STRING>) :: LIST<STRING>";
            "The parts of a string between the delimiters." "split('one,two', ',')" => "['one', 'two']";
        "substring"                          Propagate Pure     Columnar(text::substring, text::substring_column),         "(text :: STRING, start :: INTEGER, length? :: INTEGER) :: STRING";
            "The characters from position `start` (the first is 0) on, at most `length` of them." "substring('hello', 1, 3)" => "'ell'";
        "toLower" / "lower"                  Propagate Pure     text::LOWER,                                               "(text :: STRING) :: STRING";
            "The string in lower case." "toLower('HELLO')" => "'hello'";
        "toUpper" / "upper"                  Propagate Pure     text::UPPER,                                               "(text :: STRING) :: STRING";
            "The string in upper case." "toUpper('hello')" => "'HELLO'";
        "trim"                               Propagate Pure     Scalar(text::trim),                                        "(text :: STRING, characters? :: STRING) :: STRING";
            "The string without white space, or without any of `characters`, at both ends; `LEADING` or `TRAILING` in place of `BOTH` names one of them." "trim(BOTH 'x' FROM 'xxhixx')" => "'hi'";
    }
    Conversion {
        "toBoolean"                          Propagate Pure     Scalar(convert::to_boolean),                               "(value :: BOOLEAN) :: BOOLEAN" "(value :: INTEGER) :: BOOLEAN" "(value :: STRING) :: BOOLEAN";
            "The value as a boolean: 0 is false, any other integer true; null of a string that is neither 'true' nor 'false'." "toBoolean('TRUE')" => "true";
        "toBooleanList"                      Propagate Pure     Scalar(convert::to_boolean_list),                          "(list :: LIST<ANY>) :: LIST<BOOLEAN>";
            "Each element as a boolean, null where it has no such form." "toBooleanList(['true', 1, 'x'])" => "[true, true, null]";
        "toBooleanOrNull"                    Propagate Pure     Scalar(convert::to_boolean_or_null),                       "(value :: ANY) :: BOOLEAN";
            "The value as a boolean, null where it has no such form." "toBooleanOrNull([])" => "null";
        "toFloat"                            Propagate Pure     Columnar(convert::to_float, convert::to_float_column),     "(value :: NUMBER) :: FLOAT" "(value :: STRING) :: FLOAT";
            "The value as a float; null of a string that is no number." "toFloat('1.5')" => "1.5";
        "toFloatList"                        Propagate Pure     Scalar(convert::to_float_list),                            "(list :: LIST<ANY>) :: LIST<FLOAT>";
            "Each element as a float, null where it has no such form." "toFloatList([1, '2.5', 'x'])" => "[1.0, 2.5, null]";
        "toFloatOrNull"                      Propagate Pure     Scalar(convert::to_float_or_null),                         "(value :: ANY) :: FLOAT";
            "The value as a float, null where it has no such form." "toFloatOrNull(true)" => "null";
        "toInteger"                          Propagate Pure     Columnar(convert::to_integer, convert::to_integer_column), "(value :: NUMBER) :: INTEGER" "(value :: BOOLEAN) :: INTEGER" "(value :: STRING) :: INTEGER";
            "The whole part of a number, 1 of true, 0 of false; null of a string that is no number." "toInteger('2.9')" => "2";
        "toIntegerList"                      Propagate Pure     Scalar(convert::to_integer_list),                          "(list :: LIST<ANY>) :: LIST<INTEGER>";
            "Each element as an integer, null where it has no such form." "toIntegerList(['1', 2.9, 'x'])" => "[1, 2, null]";
        "toIntegerOrNull"                    Propagate Pure     Scalar(convert::to_integer_or_null),                       "(value :: ANY) :: INTEGER";
            "The value as an integer, null where it has no such form." "toIntegerOrNull({a: 1})" => "null";
        "toString"                           Propagate Pure     Scalar(convert::to_string),                                "(value :: BOOLEAN) :: STRING" "(value :: NUMBER) :: STRING" "(value :: STRING) :: STRING" "(value :: DATE) :: STRING" "(value :: LOCAL TIME) :: STRING" "(value :: ZONED TIME) :: STRING" "(value :: LOCAL DATETIME) :: STRING" "(value :: ZONED DATETIME) :: STRING" "(value :: DURATION) :: STRING";
            "The value as text." "toString(1.0)" => "'1.0'";
        "toStringList"                       Propagate Pure     Scalar(convert::to_string_list),                           "(list :: LIST<ANY>) :: LIST<STRING>";
            "Each element as text, null where it has no such form." "toStringList([1, true, []])" => "['1', 'true', null]";
        "toStringOrNull"                     Propagate Pure     Scalar(convert::to_string_or_null),                        "(value :: ANY) :: STRING";
            "The value as text, null where it has no such form." "toStringOrNull([1])" => "null";
        "valueType"                          Handle    Pure     Scalar(convert::value_type),                               "(value :: ANY) :: STRING";
            "The name of the value's type." "valueType([1, 'a'])" => "'LIST<STRING NOT NULL | INTEGER NOT NULL> NOT NULL'";
    }
    Graph {
        "elementId" / "element_id"           Propagate Stable   Scalar(graph::element_id),                                 "(node :: NODE) :: STRING" "(relationship :: RELATIONSHIP) :: STRING";
            "A text that names a node or a relationship in the whole graph." "CREATE (n) RETURN elementId(n) = 'n' + id(n)" => "true";
        "endNode"                            Propagate Stable   Columnar(graph::end_node, graph::end_node_column),         "(relationship :: RELATIONSHIP) :: NODE";
            "The node at which a relationship ends." "CREATE ({name: 'a'})-[r:KNOWS]->({name: 'b'}) RETURN endNode(r).name" => "'b'";
        "exists"                             Handle    Pure     Scalar(scalar::exists),                                    "(property :: ANY) :: BOOLEAN";
            "Whether a property is there, that is not null; `IS NOT NULL` says the same." "exists({a: 1}.a)" => "true";
        "id"                                 Propagate Stable   Columnar(graph::id, graph::id_column),                     "(node :: NODE) :: INTEGER" "(relationship :: RELATIONSHIP) :: INTEGER";
            "The number of a node, unique among nodes, or of a relationship, unique among relationships." "CREATE (n) RETURN id(n) >= 0" => "true";
        "keys"                               Propagate Stable   Scalar(graph::keys),                                       "(node :: NODE) :: LIST<STRING>" "(relationship :: RELATIONSHIP) :: LIST<STRING>" "(map :: MAP) :: LIST<STRING>";
            "The names of the properties, in alphabetical order." "keys({b: 1, a: 2})" => "['a', 'b']";
        "labels"                             Propagate Stable   Columnar(graph::labels, graph::labels_column),             "(node :: NODE) :: LIST<STRING>";
            "The labels of a node, in alphabetical order." "CREATE (n:Port:City) RETURN labels(n)" => "['City', 'Port']";
        "length" / "path_length"             Propagate Pure     Scalar(graph::length),                                     "(path :: PATH) :: INTEGER";
            "How many relationships a path has." "CREATE p = ()-[:NEXT]->()-[:NEXT]->() RETURN length(p)" => "2";
        "nodes"                              Propagate Pure     Scalar(graph::nodes),                                      "(path :: PATH) :: LIST<NODE>";
            "The nodes of a path in the order of the walk." "CREATE p = ({name: 'a'})-[:NEXT]->({name: 'b'}) RETURN [n IN nodes(p) | n.name]" => "['a', 'b']";
        "properties"                         Propagate Stable   Scalar(graph::properties),                                 "(node :: NODE) :: MAP" "(relationship :: RELATIONSHIP) :: MAP" "(map :: MAP) :: MAP";
            "All properties as a map." "CREATE (n {name: 'a', age: 7}) RETURN properties(n)" => "{age: 7, name: 'a'}";
        "relationships"                      Propagate Pure     Scalar(graph::relationships),                              "(path :: PATH) :: LIST<RELATIONSHIP>";
            "The relationships of a path in the order of the walk." "CREATE p = ()-[:A]->()<-[:B]-() RETURN [r IN relationships(p) | type(r)]" => "['A', 'B']";
        "startNode"                          Propagate Stable   Columnar(graph::start_node, graph::start_node_column),     "(relationship :: RELATIONSHIP) :: NODE";
            "The node at which a relationship starts." "CREATE ({name: 'a'})-[r:KNOWS]->({name: 'b'}) RETURN startNode(r).name" => "'a'";
        "type"                               Propagate Stable   Columnar(graph::type_name, graph::type_name_column),       "(relationship :: RELATIONSHIP) :: STRING";
            "The type of a relationship, also of one that was just deleted." "CREATE ()-[r:KNOWS]->() RETURN type(r)" => "'KNOWS'";
    }
    Temporal {
        "date"                               Propagate Stable   Columnar(temporal::date, temporal::date_column),           "() :: DATE" "(text :: STRING) :: DATE" "(fields :: MAP) :: DATE" "(value :: DATE) :: DATE" "(value :: LOCAL DATETIME) :: DATE" "(value :: ZONED DATETIME) :: DATE";
            "A day, from a text, from fields such as year, month and day, or of another value; without an argument today." "date({year: 1984, week: 10, dayOfWeek: 3})" => "date('1984-03-07')";
        "date.realtime"                      Propagate Volatile Scalar(temporal::date_realtime),                           "(timezone? :: STRING) :: DATE";
            "Today's date at the very call, in the given time zone." "date.realtime() IS NULL" => "false";
        "date.statement"                     Propagate Stable   Scalar(temporal::date_statement),                          "(timezone? :: STRING) :: DATE";
            "Today's date at the start of the statement, in the given time zone." "date.statement() = date()" => "true";
        "date.transaction"                   Propagate Stable   Scalar(temporal::date_transaction),                        "(timezone? :: STRING) :: DATE";
            "Today's date of the transaction, in the given time zone." "date.transaction() = date()" => "true";
        "date.truncate"                      Propagate Stable   Scalar(temporal::date_truncate),                           "(unit :: STRING) :: DATE" "(unit :: STRING, value :: DATE, fields? :: MAP) :: DATE" "(unit :: STRING, value :: LOCAL DATETIME, fields? :: MAP) :: DATE" "(unit :: STRING, value :: ZONED DATETIME, fields? :: MAP) :: DATE";
            "The value set back to the beginning of a unit, from 'millennium' to 'microsecond'; fields set smaller parts." "date.truncate('month', date('1984-10-11'), {day: 2})" => "date('1984-10-02')";
        "datetime"                           Propagate Stable   Scalar(temporal::datetime),                                "() :: ZONED DATETIME" "(text :: STRING) :: ZONED DATETIME" "(fields :: MAP) :: ZONED DATETIME" "(value :: DATE) :: ZONED DATETIME" "(value :: LOCAL DATETIME) :: ZONED DATETIME" "(value :: ZONED DATETIME) :: ZONED DATETIME";
            "An instant in a time zone, from a text, from fields, or of another value; without an argument now." "datetime('2015-07-21T21:40[Europe/London]')" => "datetime('2015-07-21T21:40+01:00[Europe/London]')";
        "datetime.fromepoch"                 Propagate Pure     Scalar(temporal::datetime_from_epoch),                     "(seconds :: INTEGER, nanoseconds :: INTEGER) :: ZONED DATETIME";
            "The instant so many seconds and nanoseconds after 1970-01-01T00:00Z." "datetime.fromepoch(416779, 999999999)" => "datetime('1970-01-05T19:46:19.999999999Z')";
        "datetime.fromepochmillis"           Propagate Pure     Scalar(temporal::datetime_from_epoch_millis),              "(milliseconds :: INTEGER) :: ZONED DATETIME";
            "The instant so many milliseconds after 1970-01-01T00:00Z." "datetime.fromepochmillis(237821673987)" => "datetime('1977-07-15T13:34:33.987Z')";
        "datetime.realtime"                  Propagate Volatile Scalar(temporal::datetime_realtime),                       "(timezone? :: STRING) :: ZONED DATETIME";
            "The current instant at the very call, in the given time zone." "datetime.realtime() IS NULL" => "false";
        "datetime.statement"                 Propagate Stable   Scalar(temporal::datetime_statement),                      "(timezone? :: STRING) :: ZONED DATETIME";
            "The current instant at the start of the statement, in the given time zone." "datetime.statement() = datetime()" => "true";
        "datetime.transaction"               Propagate Stable   Scalar(temporal::datetime_transaction),                    "(timezone? :: STRING) :: ZONED DATETIME";
            "The current instant of the transaction, in the given time zone." "datetime.transaction() = datetime()" => "true";
        "datetime.truncate"                  Propagate Stable   Scalar(temporal::datetime_truncate),                       "(unit :: STRING) :: ZONED DATETIME" "(unit :: STRING, value :: DATE, fields? :: MAP) :: ZONED DATETIME" "(unit :: STRING, value :: LOCAL DATETIME, fields? :: MAP) :: ZONED DATETIME" "(unit :: STRING, value :: ZONED DATETIME, fields? :: MAP) :: ZONED DATETIME";
            "The value set back to the beginning of a unit, from 'millennium' to 'microsecond'; fields set smaller parts." "datetime.truncate('hour', datetime('1984-10-11T12:31+01:00'))" => "datetime('1984-10-11T12:00+01:00')";
        "duration"                           Propagate Pure     Scalar(temporal::duration),                                "(text :: STRING) :: DURATION" "(fields :: MAP) :: DURATION" "(value :: DURATION) :: DURATION";
            "A length of time, from a text or from numbers of units from years to nanoseconds." "duration({months: 5, days: 1.5})" => "duration('P5M1DT12H')";
        "duration.between"                   Propagate Pure     Scalar(temporal::duration_between),                        "(from :: ANY, to :: ANY) :: DURATION";
            "The time from one value to another in months, days and seconds." "duration.between(date('1984-10-11'), date('1985-11-12'))" => "duration('P1Y1M1D')";
        "duration.inDays"                    Propagate Pure     Scalar(temporal::duration_in_days),                        "(from :: ANY, to :: ANY) :: DURATION";
            "The whole days from one value to another." "duration.inDays(date('1984-10-11'), date('1985-10-11'))" => "duration('P365D')";
        "duration.inMonths"                  Propagate Pure     Scalar(temporal::duration_in_months),                      "(from :: ANY, to :: ANY) :: DURATION";
            "The whole months from one value to another." "duration.inMonths(date('1984-10-11'), date('1985-11-12'))" => "duration('P1Y1M')";
        "duration.inSeconds"                 Propagate Pure     Scalar(temporal::duration_in_seconds),                     "(from :: ANY, to :: ANY) :: DURATION";
            "The seconds from one value to another." "duration.inSeconds(localtime('12:00'), localtime('13:30'))" => "duration('PT1H30M')";
        "localdatetime"                      Propagate Stable   Scalar(temporal::localdatetime),                           "() :: LOCAL DATETIME" "(text :: STRING) :: LOCAL DATETIME" "(fields :: MAP) :: LOCAL DATETIME" "(value :: DATE) :: LOCAL DATETIME" "(value :: LOCAL DATETIME) :: LOCAL DATETIME" "(value :: ZONED DATETIME) :: LOCAL DATETIME";
            "A day and a time of day without a zone, from a text, from fields, or of another value; without an argument now." "localdatetime({date: date('1984-10-11'), hour: 12})" => "localdatetime('1984-10-11T12:00')";
        "localdatetime.realtime"             Propagate Volatile Scalar(temporal::localdatetime_realtime),                  "(timezone? :: STRING) :: LOCAL DATETIME";
            "The current day and time at the very call, in the given time zone." "localdatetime.realtime() IS NULL" => "false";
        "localdatetime.statement"            Propagate Stable   Scalar(temporal::localdatetime_statement),                 "(timezone? :: STRING) :: LOCAL DATETIME";
            "The current day and time at the start of the statement, in the given time zone." "localdatetime.statement() = localdatetime()" => "true";
        "localdatetime.transaction"          Propagate Stable   Scalar(temporal::localdatetime_transaction),               "(timezone? :: STRING) :: LOCAL DATETIME";
            "The current day and time of the transaction, in the given time zone." "localdatetime.transaction() = localdatetime()" => "true";
        "localdatetime.truncate"             Propagate Stable   Scalar(temporal::localdatetime_truncate),                  "(unit :: STRING) :: LOCAL DATETIME" "(unit :: STRING, value :: DATE, fields? :: MAP) :: LOCAL DATETIME" "(unit :: STRING, value :: LOCAL DATETIME, fields? :: MAP) :: LOCAL DATETIME" "(unit :: STRING, value :: ZONED DATETIME, fields? :: MAP) :: LOCAL DATETIME";
            "The value set back to the beginning of a unit, from 'millennium' to 'microsecond'; fields set smaller parts." "localdatetime.truncate('week', date('1984-10-11'))" => "localdatetime('1984-10-08T00:00')";
        "localtime"                          Propagate Stable   Scalar(temporal::localtime),                               "() :: LOCAL TIME" "(text :: STRING) :: LOCAL TIME" "(fields :: MAP) :: LOCAL TIME" "(value :: LOCAL TIME) :: LOCAL TIME" "(value :: ZONED TIME) :: LOCAL TIME" "(value :: LOCAL DATETIME) :: LOCAL TIME" "(value :: ZONED DATETIME) :: LOCAL TIME";
            "A time of day without a zone, from a text, from fields, or of another value; without an argument now." "localtime({hour: 12, minute: 31, millisecond: 5, second: 0})" => "localtime('12:31:00.005')";
        "localtime.realtime"                 Propagate Volatile Scalar(temporal::localtime_realtime),                      "(timezone? :: STRING) :: LOCAL TIME";
            "The current time of day at the very call, in the given time zone." "localtime.realtime() IS NULL" => "false";
        "localtime.statement"                Propagate Stable   Scalar(temporal::localtime_statement),                     "(timezone? :: STRING) :: LOCAL TIME";
            "The current time of day at the start of the statement, in the given time zone." "localtime.statement() = localtime()" => "true";
        "localtime.transaction"              Propagate Stable   Scalar(temporal::localtime_transaction),                   "(timezone? :: STRING) :: LOCAL TIME";
            "The current time of day of the transaction, in the given time zone." "localtime.transaction() = localtime()" => "true";
        "localtime.truncate"                 Propagate Stable   Scalar(temporal::localtime_truncate),                      "(unit :: STRING) :: LOCAL TIME" "(unit :: STRING, value :: LOCAL TIME, fields? :: MAP) :: LOCAL TIME" "(unit :: STRING, value :: ZONED TIME, fields? :: MAP) :: LOCAL TIME" "(unit :: STRING, value :: LOCAL DATETIME, fields? :: MAP) :: LOCAL TIME" "(unit :: STRING, value :: ZONED DATETIME, fields? :: MAP) :: LOCAL TIME";
            "The value set back to the beginning of a unit, from 'millennium' to 'microsecond'; fields set smaller parts." "localtime.truncate('minute', localtime('12:31:14.645'))" => "localtime('12:31')";
        "time"                               Propagate Stable   Scalar(temporal::time),                                    "() :: ZONED TIME" "(text :: STRING) :: ZONED TIME" "(fields :: MAP) :: ZONED TIME" "(value :: LOCAL TIME) :: ZONED TIME" "(value :: ZONED TIME) :: ZONED TIME" "(value :: LOCAL DATETIME) :: ZONED TIME" "(value :: ZONED DATETIME) :: ZONED TIME";
            "A time of day with an offset from UTC, from a text, from fields, or of another value; without an argument now." "time({time: time('12:31+01:00'), timezone: '+05:00'})" => "time('16:31+05:00')";
        "time.realtime"                      Propagate Volatile Scalar(temporal::time_realtime),                           "(timezone? :: STRING) :: ZONED TIME";
            "The current time of day with its offset at the very call, in the given time zone." "time.realtime() IS NULL" => "false";
        "time.statement"                     Propagate Stable   Scalar(temporal::time_statement),                          "(timezone? :: STRING) :: ZONED TIME";
            "The current time of day with its offset at the start of the statement, in the given time zone." "time.statement() = time()" => "true";
        "time.transaction"                   Propagate Stable   Scalar(temporal::time_transaction),                        "(timezone? :: STRING) :: ZONED TIME";
            "The current time of day with its offset of the transaction, in the given time zone." "time.transaction() = time()" => "true";
        "time.truncate"                      Propagate Stable   Scalar(temporal::time_truncate),                           "(unit :: STRING) :: ZONED TIME" "(unit :: STRING, value :: LOCAL TIME, fields? :: MAP) :: ZONED TIME" "(unit :: STRING, value :: ZONED TIME, fields? :: MAP) :: ZONED TIME" "(unit :: STRING, value :: LOCAL DATETIME, fields? :: MAP) :: ZONED TIME" "(unit :: STRING, value :: ZONED DATETIME, fields? :: MAP) :: ZONED TIME";
            "The value set back to the beginning of a unit, from 'millennium' to 'microsecond'; fields set smaller parts." "time.truncate('hour', time('12:31-01:00'), {timezone: '+01:00'})" => "time('12:00+01:00')";
        "timestamp"                          Propagate Stable   Scalar(temporal::timestamp),                               "() :: INTEGER";
            "The milliseconds from 1970-01-01T00:00Z to the start of the statement." "timestamp() > 1600000000000" => "true";
    }
    Scalar {
        "coalesce"                           Handle    Pure     Scalar(scalar::coalesce),                                  "(value... :: ANY) :: ANY";
            "The first of the values that is not null; null if all are." "coalesce(null, 'a', 'b')" => "'a'";
        "nullIf"                             Handle    Pure     Scalar(scalar::null_if),                                   "(value :: ANY, other :: ANY) :: ANY";
            "Null if the two are equal, else the first." "nullIf(4, 4)" => "null";
        "randomUUID"                         Propagate Volatile Scalar(scalar::random_uuid),                               "() :: STRING";
            "A random identifier of 36 characters (UUID, version 4)." "size(randomUUID())" => "36";
    }
};
