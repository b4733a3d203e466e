//! The table of functions: one row each, in alphabetical order within a category.

use super::row::Category as C;
use super::row::Function;
use super::row::Implementation::{Aggregate, Scalar};
use super::row::NullRule::{Handle, Propagate, Skip};
use super::row::Purity::{Pure, Stable, Volatile};
use super::{aggregate, convert, entity, list, number, text};

/// One row, in the order: name, aliases, category, signatures, null rule, purity, code, sentence,
/// example and its answer.
macro_rules! rows {
    ($($name:literal $aliases:tt $category:ident $signatures:tt $null:ident $purity:ident
        $kind:ident($code:expr), $sentence:literal, $example:literal = $answer:literal;)+) => {
        &[$(Function {
            name: $name,
            aliases: &$aliases,
            category: C::$category,
            signatures: &$signatures,
            null_rule: $null,
            purity: $purity,
            implementation: $kind($code),
            sentence: $sentence,
            example: ($example, $answer),
        }),+]
    };
}

/// Every function of the language.
#[rustfmt::skip]
pub static FUNCTIONS: &[Function] = rows! {
    "avg" [] Aggregating ["(input :: NUMBER) :: FLOAT", "(input :: DURATION) :: DURATION"] Skip Pure Aggregate(aggregate::Sum::average),
        "The mean of the values that are not null.", "UNWIND [1, 2, null] AS x RETURN avg(x)" = "1.5";
    "collect" [] Aggregating ["(input :: ANY) :: LIST<ANY>"] Skip Pure Aggregate(aggregate::Collect::create),
        "A list of the values that are not null, in the order of the rows.", "UNWIND [1, null, 2] AS x RETURN collect(x)" = "[1, 2]";
    "count" [] Aggregating ["(input :: ANY) :: INTEGER"] Skip Pure Aggregate(aggregate::Count::create),
        "How many values are not null; count(*) counts rows.", "UNWIND [1, null, 2] AS x RETURN count(x)" = "2";
    "max" [] Aggregating ["(input :: ANY) :: ANY"] Skip Pure Aggregate(aggregate::Extreme::maximum),
        "The greatest value by the order of ORDER BY, nulls apart.", "UNWIND [1, 3, null] AS x RETURN max(x)" = "3";
    "min" [] Aggregating ["(input :: ANY) :: ANY"] Skip Pure Aggregate(aggregate::Extreme::minimum),
        "The least value by the order of ORDER BY.", "UNWIND [1, 3, null] AS x RETURN min(x)" = "1";
    "percentileCont" [] Aggregating ["(input :: NUMBER, percentile :: NUMBER) :: FLOAT"] Skip Pure Aggregate(aggregate::Numbers::percentile_continuous),
        "The value below which a part of all values lies, between the two nearest ones.", "UNWIND [10, 20, 30, 40] AS x RETURN percentileCont(x, 0.5)" = "25.0";
    "percentileDisc" [] Aggregating ["(input :: NUMBER, percentile :: NUMBER) :: NUMBER"] Skip Pure Aggregate(aggregate::Numbers::percentile_discrete),
        "The nearest value below which a part of all values lies.", "UNWIND [10, 20, 30, 40] AS x RETURN percentileDisc(x, 0.5)" = "20";
    "stDev" [] Aggregating ["(input :: NUMBER) :: FLOAT"] Skip Pure Aggregate(aggregate::Numbers::sample_deviation),
        "The standard deviation of a sample.", "UNWIND [1, 3] AS x RETURN round(stDev(x), 3)" = "1.414";
    "stDevP" [] Aggregating ["(input :: NUMBER) :: FLOAT"] Skip Pure Aggregate(aggregate::Numbers::deviation),
        "The standard deviation of a whole population.", "UNWIND [1, 3] AS x RETURN stDevP(x)" = "1.0";
    "sum" [] Aggregating ["(input :: NUMBER) :: NUMBER", "(input :: DURATION) :: DURATION"] Skip Pure Aggregate(aggregate::Sum::sum),
        "The sum of the values that are not null.", "UNWIND [1, 2, null] AS x RETURN sum(x)" = "3";
    "head" [] List ["(list :: LIST<ANY>) :: ANY"] Propagate Pure Scalar(list::head),
        "The first element of a list.", "head([1, 2])" = "1";
    "isEmpty" [] List ["(list :: LIST<ANY>) :: BOOLEAN", "(text :: STRING) :: BOOLEAN", "(map :: MAP) :: BOOLEAN"] Propagate Pure Scalar(list::is_empty),
        "Whether a list, string or map has nothing in it.", "isEmpty([])" = "true";
    "last" [] List ["(list :: LIST<ANY>) :: ANY"] Propagate Pure Scalar(list::last),
        "The last element of a list.", "last([1, 2])" = "2";
    "range" [] List ["(start :: INTEGER, end :: INTEGER, step? :: INTEGER) :: LIST<INTEGER>"] Propagate Pure Scalar(list::range),
        "The integers from a first to a last one, both included.", "range(0, 6, 3)" = "[0, 3, 6]";
    "reverse" [] List ["(list :: LIST<ANY>) :: LIST<ANY>", "(text :: STRING) :: STRING"] Propagate Pure Scalar(list::reverse),
        "A list or string turned round.", "reverse([1, 2])" = "[2, 1]";
    "size" ["char_length", "character_length"] List ["(list :: LIST<ANY>) :: INTEGER", "(text :: STRING) :: INTEGER"] Propagate Pure Scalar(list::size),
        "The number of elements of a list, of characters of a string.", "size('abc')" = "3";
    "tail" [] List ["(list :: LIST<ANY>) :: LIST<ANY>"] Propagate Pure Scalar(list::tail),
        "All elements of a list but the first.", "tail([1, 2, 3])" = "[2, 3]";
    "abs" [] Mathematical ["(number :: INTEGER) :: INTEGER", "(number :: FLOAT) :: FLOAT"] Propagate Pure Scalar(number::abs),
        "The number without its sign.", "abs(-3)" = "3";
    "acos" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::acos),
        "Arc cosine in radians.", "acos(1.0)" = "0.0";
    "asin" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::asin),
        "Arc sine in radians.", "asin(0.0)" = "0.0";
    "atan" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::atan),
        "Arc tangent in radians.", "atan(0.0)" = "0.0";
    "atan2" [] Mathematical ["(y :: NUMBER, x :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::atan2),
        "The angle of a point in radians.", "atan2(0.0, 1.0)" = "0.0";
    "ceil" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::ceil),
        "The least whole number that is not less.", "ceil(1.2)" = "2.0";
    "cos" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::cos),
        "Cosine of radians.", "cos(0.0)" = "1.0";
    "cosh" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::cosh),
        "Hyperbolic cosine.", "cosh(0.0)" = "1.0";
    "cot" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::cot),
        "Cotangent of radians.", "round(cot(1.0), 3)" = "0.642";
    "degrees" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::degrees),
        "Radians to degrees.", "degrees(pi())" = "180.0";
    "e" [] Mathematical ["() :: FLOAT"] Propagate Pure Scalar(number::e),
        "The base of natural logarithms.", "round(e(), 3)" = "2.718";
    "exp" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::exp),
        "e to the power of a number.", "exp(0)" = "1.0";
    "floor" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::floor),
        "The greatest whole number that is not greater.", "floor(1.8)" = "1.0";
    "haversin" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::haversin),
        "Half the versine of radians.", "haversin(0.0)" = "0.0";
    "isNaN" [] Mathematical ["(number :: NUMBER) :: BOOLEAN"] Propagate Pure Scalar(number::is_nan),
        "Whether a number is NaN.", "isNaN(0.0 / 0.0)" = "true";
    "log" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::log),
        "The natural logarithm.", "log(1)" = "0.0";
    "log10" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::log10),
        "The logarithm to the base 10.", "log10(100)" = "2.0";
    "pi" [] Mathematical ["() :: FLOAT"] Propagate Pure Scalar(number::pi),
        "The ratio of a circle's circumference to its diameter.", "round(pi(), 3)" = "3.142";
    "radians" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::radians),
        "Degrees to radians.", "round(radians(180), 3)" = "3.142";
    "rand" [] Mathematical ["() :: FLOAT"] Propagate Volatile Scalar(number::rand),
        "A random number from 0 up to, but not, 1.", "rand() < 1.0" = "true";
    "round" [] Mathematical ["(number :: NUMBER, precision? :: INTEGER, mode? :: STRING) :: FLOAT"] Propagate Pure Scalar(number::round),
        "The nearest number with so many decimals.", "round(3.14159, 2)" = "3.14";
    "sign" [] Mathematical ["(number :: NUMBER) :: INTEGER"] Propagate Pure Scalar(number::sign),
        "-1, 0 or 1.", "sign(-7)" = "-1";
    "sin" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::sin),
        "Sine of radians.", "sin(0.0)" = "0.0";
    "sinh" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::sinh),
        "Hyperbolic sine.", "sinh(0.0)" = "0.0";
    "sqrt" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::sqrt),
        "The square root.", "sqrt(16)" = "4.0";
    "tan" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::tan),
        "Tangent of radians.", "tan(0.0)" = "0.0";
    "tanh" [] Mathematical ["(number :: NUMBER) :: FLOAT"] Propagate Pure Scalar(number::tanh),
        "Hyperbolic tangent.", "tanh(0.0)" = "0.0";
    "btrim" [] String ["(text :: STRING, characters? :: STRING) :: STRING"] Propagate Pure Scalar(text::trim),
        "A string without white space, or certain characters, at both ends.", "btrim('xxaxx', 'x')" = "'a'";
    "left" [] String ["(text :: STRING, length :: INTEGER) :: STRING"] Propagate Pure Scalar(text::left),
        "The first characters of a string.", "left('Rabat', 2)" = "'Ra'";
    "lTrim" [] String ["(text :: STRING, characters? :: STRING) :: STRING"] Propagate Pure Scalar(text::ltrim),
        "A string without white space at the start.", "lTrim('  a ')" = "'a '";
    "replace" [] String ["(text :: STRING, search :: STRING, replacement :: STRING) :: STRING"] Propagate Pure Scalar(text::replace),
        "A string with every occurrence of a text replaced.", "replace('hello', 'l', 'w')" = "'hewwo'";
    "right" [] String ["(text :: STRING, length :: INTEGER) :: STRING"] Propagate Pure Scalar(text::right),
        "The last characters of a string.", "right('Rabat', 3)" = "'bat'";
    "rTrim" [] String ["(text :: STRING, characters? :: STRING) :: STRING"] Propagate Pure Scalar(text::rtrim),
        "A string without white space at the end.", "rTrim(' a  ')" = "' a'";
    "split" [] String ["(text :: STRING, delimiter :: STRING) :: LIST<STRING>", "(text :: STRING, delimiters :: LIST<STRING>) :: LIST<STRING>"] Propagate Pure Scalar(text::split),
        "The parts of a string between delimiters.", "split('a,b', ',')" = "['a', 'b']";
    "substring" [] String ["(text :: STRING, start :: INTEGER, length? :: INTEGER) :: STRING"] Propagate Pure Scalar(text::substring),
        "Characters of a string from a place on, counted from 0.", "substring('hello', 1, 3)" = "'ell'";
    "toLower" ["lower"] String ["(text :: STRING) :: STRING"] Propagate Pure Scalar(text::to_lower),
        "A string in lower case.", "toLower('Rabat')" = "'rabat'";
    "toUpper" ["upper"] String ["(text :: STRING) :: STRING"] Propagate Pure Scalar(text::to_upper),
        "A string in upper case.", "toUpper('Rabat')" = "'RABAT'";
    "trim" [] String ["(text :: STRING) :: STRING"] Propagate Pure Scalar(text::trim),
        "A string without white space at both ends.", "trim('  a  ')" = "'a'";
    "toBoolean" [] Conversion ["(input :: ANY) :: BOOLEAN"] Propagate Pure Scalar(convert::to_boolean),
        "The value as a boolean; an error for a type that has none.", "toBoolean('true')" = "true";
    "toBooleanList" [] Conversion ["(input :: LIST<ANY>) :: LIST<BOOLEAN>"] Propagate Pure Scalar(convert::to_boolean_list),
        "Each element converted, null where it cannot be.", "toBooleanList(['true', 'x'])" = "[true, null]";
    "toBooleanOrNull" [] Conversion ["(input :: ANY) :: BOOLEAN"] Propagate Pure Scalar(convert::to_boolean_or_null),
        "The value converted, null where it cannot be.", "toBooleanOrNull({a: 1})" = "null";
    "toFloat" [] Conversion ["(input :: ANY) :: FLOAT"] Propagate Pure Scalar(convert::to_float),
        "The value as a float; an error for a type that has none.", "toFloat('1.5')" = "1.5";
    "toFloatList" [] Conversion ["(input :: LIST<ANY>) :: LIST<FLOAT>"] Propagate Pure Scalar(convert::to_float_list),
        "Each element converted, null where it cannot be.", "toFloatList(['1.5', 'x'])" = "[1.5, null]";
    "toFloatOrNull" [] Conversion ["(input :: ANY) :: FLOAT"] Propagate Pure Scalar(convert::to_float_or_null),
        "The value converted, null where it cannot be.", "toFloatOrNull({a: 1})" = "null";
    "toInteger" [] Conversion ["(input :: ANY) :: INTEGER"] Propagate Pure Scalar(convert::to_integer),
        "The value as an integer; an error for a type that has none.", "toInteger('42')" = "42";
    "toIntegerList" [] Conversion ["(input :: LIST<ANY>) :: LIST<INTEGER>"] Propagate Pure Scalar(convert::to_integer_list),
        "Each element converted, null where it cannot be.", "toIntegerList(['42', 'x'])" = "[42, null]";
    "toIntegerOrNull" [] Conversion ["(input :: ANY) :: INTEGER"] Propagate Pure Scalar(convert::to_integer_or_null),
        "The value converted, null where it cannot be.", "toIntegerOrNull({a: 1})" = "null";
    "toString" [] Conversion ["(input :: ANY) :: STRING"] Propagate Pure Scalar(convert::to_string),
        "The value as text; an error for a type that has none.", "toString(42)" = "'42'";
    "toStringList" [] Conversion ["(input :: LIST<ANY>) :: LIST<STRING>"] Propagate Pure Scalar(convert::to_string_list),
        "Each element converted, null where it cannot be.", "toStringList([42, null])" = "['42', null]";
    "toStringOrNull" [] Conversion ["(input :: ANY) :: STRING"] Propagate Pure Scalar(convert::to_string_or_null),
        "The value converted, null where it cannot be.", "toStringOrNull({a: 1})" = "null";
    "elementId" [] Graph ["(entity :: NODE) :: STRING", "(entity :: RELATIONSHIP) :: STRING"] Propagate Stable Scalar(entity::element_id),
        "A text that names a node or relationship in the whole graph.", "CREATE (n) RETURN elementId(n)" = "'n0'";
    "endNode" [] Graph ["(relationship :: RELATIONSHIP) :: NODE"] Propagate Stable Scalar(entity::end_node),
        "The node where a relationship ends.", "CREATE ()-[r:R]->({x: 1}) RETURN endNode(r).x" = "1";
    "exists" [] Graph ["(value :: ANY) :: BOOLEAN"] Handle Stable Scalar(entity::exists),
        "Whether a value is not null; the older form of IS NOT NULL.", "exists({a: 1}.a)" = "true";
    "id" [] Graph ["(entity :: NODE) :: INTEGER", "(entity :: RELATIONSHIP) :: INTEGER"] Propagate Stable Scalar(entity::id),
        "The number of a node or relationship.", "CREATE (n) RETURN id(n)" = "0";
    "keys" [] Graph ["(entity :: NODE) :: LIST<STRING>", "(entity :: RELATIONSHIP) :: LIST<STRING>", "(map :: MAP) :: LIST<STRING>"] Propagate Stable Scalar(entity::keys),
        "The keys of all properties, or of a map.", "keys({a: 1, b: 2})" = "['a', 'b']";
    "labels" [] Graph ["(node :: NODE) :: LIST<STRING>"] Propagate Stable Scalar(entity::labels),
        "The labels of a node in alphabetical order.", "CREATE (n:City:Capital) RETURN labels(n)" = "['Capital', 'City']";
    "length" [] Graph ["(path :: PATH) :: INTEGER"] Propagate Pure Scalar(entity::length),
        "The number of relationships of a path.", "CREATE p = ()-[:R]->() RETURN length(p)" = "1";
    "nodes" [] Graph ["(path :: PATH) :: LIST<NODE>"] Propagate Pure Scalar(entity::nodes),
        "The nodes of a path in the order of the walk.", "CREATE p = ()-[:R]->() RETURN size(nodes(p))" = "2";
    "properties" [] Graph ["(entity :: NODE) :: MAP", "(entity :: RELATIONSHIP) :: MAP", "(map :: MAP) :: MAP"] Propagate Stable Scalar(entity::properties),
        "All properties as a map.", "CREATE (n {x: 1}) RETURN properties(n)" = "{x: 1}";
    "relationships" [] Graph ["(path :: PATH) :: LIST<RELATIONSHIP>"] Propagate Pure Scalar(entity::relationships),
        "The relationships of a path in the order of the walk.", "CREATE p = ()-[:R]->() RETURN size(relationships(p))" = "1";
    "startNode" [] Graph ["(relationship :: RELATIONSHIP) :: NODE"] Propagate Stable Scalar(entity::start_node),
        "The node where a relationship starts.", "CREATE ({x: 1})-[r:R]->() RETURN startNode(r).x" = "1";
    "type" [] Graph ["(relationship :: RELATIONSHIP) :: STRING"] Propagate Stable Scalar(entity::relationship_type),
        "The type of a relationship.", "CREATE ()-[r:HOSTS]->() RETURN type(r)" = "'HOSTS'";
    "coalesce" [] Scalar ["(value... :: ANY) :: ANY"] Handle Pure Scalar(convert::coalesce),
        "The first argument that is not null.", "coalesce(null, 2, 3)" = "2";
    "nullIf" [] Scalar ["(left :: ANY, right :: ANY) :: ANY"] Handle Pure Scalar(convert::null_if),
        "Null where both arguments are equal, else the first.", "nullIf(1, 1)" = "null";
    "randomUUID" [] Scalar ["() :: STRING"] Propagate Volatile Scalar(convert::random_uuid),
        "A random identifier.", "size(randomUUID())" = "36";
    "valueType" [] Scalar ["(value :: ANY) :: STRING"] Handle Pure Scalar(convert::value_type),
        "The name of a value's type.", "valueType(1)" = "'INTEGER NOT NULL'";
};
