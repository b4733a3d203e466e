//! Temporal values: what texts and functions give, and laws over random values.

use proptest::prelude::*;
use rihla::value::temporal::{
    self, Accumulator, Components, DURATION_UNITS, Field, Unit, Zone, calendar,
};
use rihla::value::{Date, DateTime, Duration, LocalDateTime, LocalTime, Time};
use rihla::{Database, Error, Parameters, Value};

/// The text of what an expression gives, or the code of its error.
fn answer(expression: &str) -> String {
    let query = format!("RETURN {expression} AS answer");
    let session = Database::in_memory().session();
    let result = session.query(&query, Parameters::default());
    match result {
        Ok(result) => match &result.to_values()[0][0] {
            Value::String(text) => text.to_string(),
            Value::Date(value) => value.to_string(),
            Value::LocalTime(value) => value.to_string(),
            Value::Time(value) => value.to_string(),
            Value::LocalDateTime(value) => value.to_string(),
            Value::DateTime(value) => value.to_string(),
            Value::Duration(value) => value.to_string(),
            other => other.to_string(),
        },
        Err(error) => error.code(),
    }
}

fn check(rows: &[(&str, &str)]) {
    for (expression, expected) in rows {
        assert_eq!(answer(expression), *expected, "{expression}");
    }
}

const OUT_OF_RANGE: &str = "ArgumentError: NumberOutOfRange";
const WRONG_VALUE: &str = "ArgumentError: InvalidArgumentValue";

#[test]
fn texts_are_read_in_every_form() {
    check(&[
        ("date('20150721')", "2015-07-21"),
        ("date('2015-W30')", "2015-07-20"),
        ("date('2015Q260')", "2015-05-30"),
        ("date('-0044-03-15')", "-0044-03-15"),
        ("date('+999999999-12-31')", "+999999999-12-31"),
        ("localtime('2140')", "21:40"),
        ("time('21:40:32,5-01:30')", "21:40:32.5-01:30"),
        ("datetime('2015-07-21')", "2015-07-21T00:00Z"),
        (
            "datetime('2015-07-21T21:40[utc]')",
            "2015-07-21T21:40Z[UTC]",
        ),
        ("duration('-P1Y2W')", "P-1Y-14D"),
        ("duration('P0001-02-03T04:05:06.5')", "P1Y2M3DT4H5M6.5S"),
    ]);
}

#[test]
fn wrong_texts_are_refused() {
    for (function, text, code) in [
        ("date", "2015-7-21", WRONG_VALUE),
        ("date", "2015-07-21T12:00", WRONG_VALUE),
        ("date", "99999999999999999999-01-01", WRONG_VALUE),
        ("date", "2015-02-29", OUT_OF_RANGE),
        ("date", "2015-W54", OUT_OF_RANGE),
        ("localtime", "24:00", OUT_OF_RANGE),
        ("localtime", "12:00Z", WRONG_VALUE),
        ("time", "12:00+19:00", OUT_OF_RANGE),
        ("datetime", "2015-07-21T12:00[Europe/Nowhere]", WRONG_VALUE),
        (
            "datetime",
            "2015-07-21T12:00+05:00[Europe/Berlin]",
            WRONG_VALUE,
        ),
        ("duration", "P", WRONG_VALUE),
        ("duration", "P1DT", WRONG_VALUE),
        ("duration", "P1D1Y", WRONG_VALUE),
        ("duration", "P99999999999999999999Y", OUT_OF_RANGE),
    ] {
        assert_eq!(answer(&format!("{function}('{text}')")), code, "{text}");
    }
}

#[test]
fn a_clock_that_is_changed_skips_and_repeats_times() {
    check(&[
        // 02:30 is skipped on the last Sunday of March, repeated on that of October.
        (
            "datetime('2017-03-26T02:30[Europe/Berlin]')",
            "2017-03-26T03:30+02:00[Europe/Berlin]",
        ),
        (
            "datetime('2017-10-29T02:30[Europe/Berlin]')",
            "2017-10-29T02:30+02:00[Europe/Berlin]",
        ),
        (
            "datetime('2017-10-29T02:30+01:00[Europe/Berlin]')",
            "2017-10-29T02:30+01:00[Europe/Berlin]",
        ),
        (
            "datetime('2017-10-28T12:00[Europe/Berlin]') + duration('P1D')",
            "2017-10-29T12:00+01:00[Europe/Berlin]",
        ),
        (
            "datetime('2017-10-28T12:00[Europe/Berlin]') + duration('PT24H')",
            "2017-10-29T11:00+01:00[Europe/Berlin]",
        ),
        (
            "duration.inSeconds(date('2017-10-29'), datetime('2017-10-30[Europe/Berlin]'))",
            "PT25H",
        ),
        // Far years follow the rules of the nearest known ones.
        (
            "datetime('+999999-07-01[Europe/Berlin]')",
            "+999999-07-01T00:00+02:00[Europe/Berlin]",
        ),
        (
            "datetime('-999999-07-01[Europe/Berlin]')",
            "-999999-07-01T00:00+00:53:28[Europe/Berlin]",
        ),
    ]);
}

#[test]
fn fields_come_from_other_values() {
    check(&[
        ("date({date: date('2020-01-31'), month: 2})", "2020-02-29"),
        (
            "date({date: date('2020-01-31'), month: 2, day: 31})",
            OUT_OF_RANGE,
        ),
        ("date({year: 2020, day: 3})", WRONG_VALUE),
        ("date({year: 2020, month: 1, week: 3})", WRONG_VALUE),
        ("date({year: 2020, hour: 3})", WRONG_VALUE),
        ("date({year: null})", "null"),
        ("date({year: 1.5})", "TypeError: InvalidArgumentType"),
        ("localtime({minute: 3})", WRONG_VALUE),
        (
            "localtime({hour: 3, minute: 0, second: 0, millisecond: 1, microsecond: 1000})",
            OUT_OF_RANGE,
        ),
        ("time({time: time('12:00+01:00'), timezone: 'Z'})", "11:00Z"),
        (
            "datetime({epochMillis: 1234, nanosecond: 5})",
            "1970-01-01T00:00:01.234000005Z",
        ),
        (
            "datetime({epochSeconds: 0, timezone: 'Asia/Kabul'})",
            "1970-01-01T04:30+04:30[Asia/Kabul]",
        ),
        (
            "datetime({datetime: datetime('2015-07-21T12:00Z'), timezone: 'Europe/Rome'})",
            "2015-07-21T14:00+02:00[Europe/Rome]",
        ),
        ("date({timezone: 'Europe/Rome'}) IS NULL", "false"),
        (
            "date({date: localtime('12:00')})",
            "TypeError: InvalidArgumentType",
        ),
    ]);
}

#[test]
fn durations_carry_fractions_downwards() {
    check(&[
        ("duration({days: 14.1})", "P14DT2H24M"),
        ("duration({months: -0.75})", "P-22DT-19H-51M-49.5S"),
        ("duration({days: 2, months: -0.01})", "P1DT16H41M42.54S"),
        ("duration('PT1.5S') / 3", "PT0.5S"),
        ("duration('PT1S') / 3", "PT0.333333333S"),
        ("duration('P1Y') * 1.5", "P1Y6M"),
        ("2 * duration('P1D')", "P2D"),
        ("duration('P1D') / 0", "ArithmeticError: DivisionByZero"),
        ("duration({years: 9223372036854775807})", OUT_OF_RANGE),
        (
            "duration({seconds: 9223372036854775807}) * 2",
            "ArithmeticError: IntegerOverflow",
        ),
        (
            "date('+999999999-12-31') + duration('P1D')",
            "ArithmeticError: NumberOutOfRange",
        ),
        ("date('2020-01-31') + duration('P1M')", "2020-02-29"),
        ("date('2020-02-29') - duration('P4Y')", "2016-02-29"),
    ]);
}

#[test]
fn components_of_durations_are_their_parts() {
    check(&[
        (
            "[x IN [duration('PT-0.1S')] | [x.seconds, x.nanosecondsOfSecond, x.milliseconds]]",
            "[[-1, 900000000, -100]]",
        ),
        ("date('2021-01-01').weekYear", "2020"),
        ("date('2021-01-01').nothing", "null"),
        ("duration({years: 1000}).years", "1000"),
        ("duration('PT2562047788015H').nanoseconds", "null"),
        ("datetime('1969-12-31T23:59:59.5Z').epochMillis", "-500"),
    ]);
}

#[test]
fn the_time_between_takes_what_one_lacks_from_the_other() {
    check(&[
        (
            "duration.between(date('2018-01-31'), date('2018-03-01'))",
            "P1M1D",
        ),
        (
            "duration.between(date('1984-10-11'), localtime('16:30'))",
            "PT16H30M",
        ),
        (
            "duration.between(localtime('12:00'), time('12:00+01:00'))",
            "PT0S",
        ),
        (
            "duration.between(localdatetime('2018-01-02T10:00:00.1'), localdatetime('2018-01-01T10:00:00.2'))",
            "PT-23H-59M-59.9S",
        ),
        (
            "duration.inMonths(datetime('2018-01-01T00:00+01:00'), datetime('2018-02-01T00:00Z'))",
            "P1M",
        ),
        (
            "duration.between(date('-999999999-01-01'), date('+999999999-12-31'))",
            "P1999999998Y11M30D",
        ),
        (
            "duration.between(1, date('2018-01-31'))",
            "TypeError: InvalidArgumentType",
        ),
    ]);
}

#[test]
fn every_date_is_found_again_in_every_form() {
    let last = *calendar::DAYS.end();
    let eras = (0..calendar::DAYS_PER_ERA)
        .step_by(3)
        .map(|day| day - 200_000);
    for days in eras.chain([*calendar::DAYS.start() + 7, last - 7, last]) {
        let date = Date::new(days).expect("the day is in range");
        let calendar = date.calendar();
        let week = date.week_date();
        let year = calendar.year;
        let forms = [
            Date::from_calendar(year, calendar.month, calendar.day),
            Date::from_week(week.year, week.week, week.day),
            Date::from_quarter(year, date.quarter(), date.day_of_quarter()),
            Date::from_ordinal(year, date.ordinal_day()),
        ];
        for form in forms {
            assert_eq!(form.ok(), Some(date));
        }
    }
}

#[test]
fn the_first_and_the_last_date_have_a_year() {
    for days in [*calendar::DAYS.start(), *calendar::DAYS.end()] {
        let date = Date { days }.calendar();
        let again = Date::from_calendar(date.year, date.month, date.day);
        assert_eq!(again.ok(), Some(Date { days }));
    }
}

/// Values that no constructor gives, as damaged files might hold them.
#[test]
fn damaged_values_do_not_panic() {
    for number in [i64::MIN, -1, i64::MAX] {
        let nanoseconds = number as u32;
        let local = LocalDateTime {
            seconds: number,
            nanoseconds,
        };
        let instant = DateTime {
            seconds: number,
            nanoseconds,
            offset: i32::MAX,
            zone: None,
        };
        let values = [
            Value::Date(Date { days: number }),
            Value::LocalTime(LocalTime {
                nanoseconds: number,
            }),
            Value::Time(Time {
                nanoseconds: number,
                offset: i32::MIN,
            }),
            Value::LocalDateTime(local),
            Value::DateTime(instant),
            Value::DateTime(DateTime::new(
                number,
                0,
                Zone::parse("Asia/Kabul").expect("a zone"),
            )),
            Value::Duration(Duration {
                months: number,
                days: number,
                seconds: number,
                nanoseconds: -1,
            }),
        ];
        for left in &values {
            bear(left);
            for right in &values {
                let _ = left.cmp(right);
                let _ = temporal::add(left, right);
                let _ = temporal::subtract(left, right);
                let _ = temporal::between(left, right);
                let _ = temporal::in_months(left, right);
            }
        }
    }
}

/// Does everything with a value that can be done with one alone.
fn bear(value: &Value) {
    let _ = value.to_string();
    for field in Field::ALL {
        let _ = temporal::component(value, field.name());
    }
    for name in [
        "weekYear",
        "timezone",
        "offset",
        "epochMillis",
        "monthsOfYear",
    ] {
        let _ = temporal::component(value, name);
    }
    for (name, _) in DURATION_UNITS {
        let _ = temporal::component(value, name);
    }
    for factor in [
        Value::Integer(i64::MIN),
        Value::Float(1e300),
        Value::Float(-1e-300),
    ] {
        let _ = temporal::multiply(value, &factor);
        let _ = temporal::divide(value, &factor);
    }
}

fn dates() -> impl Strategy<Value = Date> {
    prop_oneof![
        (-800_000..800_000_i64).prop_map(|days| Date { days }),
        calendar::DAYS.prop_map(|days| Date { days }),
    ]
}

fn times() -> impl Strategy<Value = LocalTime> {
    (0..86_400_i64, prop_oneof![Just(0), 0..1_000_000_000_i64]).prop_map(|(second, fraction)| {
        LocalTime {
            nanoseconds: second * 1_000_000_000 + fraction,
        }
    })
}

fn zones() -> impl Strategy<Value = Zone> {
    const NAMES: &[&str] = &[
        "Europe/Stockholm",
        "Pacific/Honolulu",
        "America/New_York",
        "Africa/Casablanca",
        "UTC",
    ];
    prop_oneof![
        (-64_800..=64_800_i32).prop_map(Zone::Offset),
        prop::sample::select(NAMES).prop_map(|name| Zone::parse(name).expect("the zone is known")),
    ]
}

fn local_date_times() -> impl Strategy<Value = LocalDateTime> {
    (dates(), times()).prop_map(|(date, time)| LocalDateTime::new(date, time))
}

fn date_times() -> impl Strategy<Value = DateTime> {
    (local_date_times(), zones()).prop_map(|(local, zone)| DateTime::from_local(local, zone, None))
}

fn durations() -> impl Strategy<Value = Duration> {
    let part = -10_000..10_000_i128;
    let seconds = -1_000_000_000_000_000..1_000_000_000_000_000_i128;
    (part.clone(), part, seconds).prop_filter_map("fits", |(months, days, nanoseconds)| {
        Duration::new(months, days, nanoseconds)
    })
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        dates().prop_map(Value::Date),
        times().prop_map(Value::LocalTime),
        (times(), -64_800..=64_800_i32)
            .prop_map(|(time, offset)| Value::Time(Time::new(time, offset))),
        local_date_times().prop_map(Value::LocalDateTime),
        date_times().prop_map(Value::DateTime),
        durations().prop_map(Value::Duration),
    ]
}

/// The value of the same type that a text stands for.
fn read_like(value: &Value, text: &str) -> Result<Value, Error> {
    Ok(match value {
        Value::Date(_) => Value::Date(text.parse()?),
        Value::LocalTime(_) => Value::LocalTime(text.parse()?),
        Value::Time(_) => Value::Time(text.parse()?),
        Value::LocalDateTime(_) => Value::LocalDateTime(text.parse()?),
        Value::DateTime(_) => Value::DateTime(text.parse()?),
        _ => Value::Duration(text.parse()?),
    })
}

fn text_of(value: &Value) -> String {
    let literal = value.to_string();
    let text = literal.split_once('\'').map_or("", |(_, rest)| rest);
    text.trim_end_matches("')").to_owned()
}

/// Values of one type that has columns of its own, with nulls.
fn columns() -> impl Strategy<Value = Vec<Value>> {
    let days = -100_000..100_000_i64;
    let dates = days.clone().prop_map(|days| Value::Date(Date { days }));
    let local = (days, times())
        .prop_map(|(days, time)| Value::LocalDateTime(LocalDateTime::new(Date { days }, time)));
    let with_nulls = |values: BoxedStrategy<Value>| {
        prop::collection::vec(prop_oneof![8 => values, 1 => Just(Value::Null)], 1..20)
    };
    prop_oneof![with_nulls(dates.boxed()), with_nulls(local.boxed())]
}

proptest! {
    #[test]
    fn components_of_columns_are_those_of_each_value(values in columns()) {
        const NAMES: &[&str] = &[
            "year", "quarter", "month", "week", "weekYear", "dayOfQuarter", "day", "ordinalDay", "dayOfWeek",
            "weekDay", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond", "timezone",
            "offset", "epochSeconds", "epochMillis", "Year", "nothing",
        ];
        let session = Database::in_memory().session();
        for name in NAMES {
            let query = format!("UNWIND $values AS value RETURN value.{name}");
            let parameter = Value::list(values.clone());
            let found = session.query(&query, [("values", parameter)]).expect("components");
            let found: Vec<Value> = found.to_values().into_iter().flatten().collect();
            let of_value = |value| temporal::component(value, name).unwrap_or_default();
            let expected: Vec<Value> = values.iter().map(of_value).collect();
            prop_assert_eq!(found, expected, "{} of {:?}", name, values);
        }
    }

    #[test]
    fn a_text_gives_its_value_back(value in values()) {
        let text = text_of(&value);
        let back = read_like(&value, &text).map_err(|error| error.to_string());
        prop_assert_eq!(back.as_ref(), Ok(&value), "{}", text);
    }

    #[test]
    fn stored_values_are_read_back(value in values()) {
        let stored = serde_json::to_string(&value).expect("a value can be written");
        let back: Value = serde_json::from_str(&stored).expect("what was written can be read");
        prop_assert_eq!(back, value);
    }

    #[test]
    fn random_texts_do_not_panic(text in "[-+PTWQZ:.0-9\\[\\]/a-zé]{0,24}", value in values()) {
        let _ = read_like(&value, &text);
    }

    #[test]
    fn random_fields_do_not_panic(
        fields in prop::collection::vec((0..Field::ALL.len(), prop_oneof![-2..70_i64, any::<i64>()]), 0..5),
        date in dates(),
        time in times(),
    ) {
        let mut components = Components::default();
        for (field, value) in fields {
            components.set(Field::ALL[field], value);
        }
        for base in [None, Some(date)] {
            if let Ok(date) = components.date(base) {
                prop_assert!(calendar::DAYS.contains(&date.days));
            }
        }
        for base in [None, Some(time)] {
            if let Ok(time) = components.time(base) {
                prop_assert!((0..temporal::NANOSECONDS_PER_DAY).contains(&time.nanoseconds));
            }
        }
    }

    #[test]
    fn random_amounts_do_not_panic(
        amounts in prop::collection::vec((0..DURATION_UNITS.len(), any::<i128>()), 0..8),
    ) {
        let mut total = Accumulator::of_decimals();
        for (unit, amount) in amounts {
            if total.add(DURATION_UNITS[unit].1, amount).is_none() {
                return Ok(());
            }
        }
        let _ = total.finish();
    }

    #[test]
    fn days_and_seconds_are_taken_back(date in -800_000..800_000_i64, time in times(), duration in durations()) {
        let local = LocalDateTime::new(Date { days: date }, time);
        // Months are not: 31 January has no day in February.
        let duration = Duration { months: 0, ..duration };
        let there = local.plus(duration).expect("near years");
        let back = there.plus(duration.negated().expect("a small duration"));
        prop_assert_eq!(back, Some(local));
    }

    #[test]
    fn sums_of_durations_are_taken_apart(a in durations(), b in durations()) {
        let sum = a.plus(b).expect("small durations");
        prop_assert_eq!(b.plus(a), Some(sum));
        prop_assert_eq!(sum.plus(b.negated().expect("a small duration")), Some(a));
        prop_assert_eq!(a.scaled(3, 1).and_then(|triple| triple.scaled(1, 3)), Some(a));
    }

    #[test]
    fn what_lies_between_leads_from_one_to_the_other(a in local_date_times(), b in local_date_times()) {
        let between = temporal::between(&Value::LocalDateTime(a), &Value::LocalDateTime(b))
            .expect("the difference fits");
        prop_assert_eq!(a.plus(between), Some(b));
        let seconds = temporal::in_seconds(&Value::LocalDateTime(a), &Value::LocalDateTime(b))
            .expect("the difference fits");
        prop_assert_eq!(a.plus(seconds), Some(b));
    }

    #[test]
    fn what_lies_between_leads_there_in_zones_too(a in date_times(), b in date_times()) {
        let between = temporal::between(&Value::DateTime(a), &Value::DateTime(b))
            .expect("the difference fits");
        let reached = a.plus(between).map(|reached| (reached.seconds, reached.nanoseconds));
        prop_assert_eq!(reached, Some((b.seconds, b.nanoseconds)));
    }

    #[test]
    fn truncation_goes_down_once(date in dates(), time in times(), unit in 0..14_usize) {
        let name = [
            "millennium", "century", "decade", "year", "weekYear", "quarter", "month", "week",
            "day", "hour", "minute", "second", "millisecond", "microsecond",
        ][unit];
        let unit = Unit::find(name).expect("a unit");
        let Ok(first) = unit.truncate_both(date, time) else {
            return Ok(());
        };
        prop_assert!(first <= (date, time));
        prop_assert_eq!(unit.truncate_both(first.0, first.1).ok(), Some(first));
    }

    #[test]
    fn the_order_agrees_with_equality(a in values(), b in values()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, text_of(&a) == text_of(&b) && a.value_type() == b.value_type());
    }
}
