//! Every form that AWS documents has a line here, with its source.

use super::*;
use crate::analysis::classes::class;

fn on(name: &str) -> Machine {
    Machine {
        class: class(name),
        storage: Some(107_374_182_400.0),
        port: Some(5432),
        is_replica: Some(false),
    }
}

/// Defaults of `max_connections` that AWS documents. Sources: [M] "Maximum connections to an Aurora MySQL DB instance"
/// in "Managing performance and scaling for Amazon Aurora MySQL" (AuroraMySQL.Managing.Performance) of the Aurora user
/// guide, [P] "Maximum connections to an Aurora PostgreSQL DB instance" in "Managing Amazon Aurora PostgreSQL"
/// (AuroraPostgreSQL.Managing) of the same guide.
#[test]
fn the_defaults_that_aws_documents_come_out() {
    let mysql =
        "GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})";
    let postgres = "LEAST({DBInstanceClassMemory/9531392},5000)";
    for (formula, documented) in [
        (
            mysql, // [M]
            "t2.small 45, t2.medium 90, t3.small 45, t3.medium 90, t3.large 135, t4g.medium 90, t4g.large 135, \
             r3.large 1000, r3.xlarge 2000, r3.2xlarge 3000, r3.4xlarge 4000, r3.8xlarge 5000, r4.large 1000, \
             r4.xlarge 2000, r4.2xlarge 3000, r4.4xlarge 4000, r4.8xlarge 5000, r4.16xlarge 6000, r5.large 1000, \
             r5.xlarge 2000, r5.2xlarge 3000, r5.4xlarge 4000, r5.8xlarge 5000, r5.12xlarge 6000, \
             r5.16xlarge 6000, r5.24xlarge 7000, r6g.large 1000, r6g.xlarge 2000",
        ),
        (
            postgres, // [P]
            "r4.large 1600, r4.xlarge 3200, r4.2xlarge 5000, r4.4xlarge 5000, r4.8xlarge 5000, r4.16xlarge 5000",
        ),
    ] {
        for pair in documented.split(", ") {
            let (name, value) = pair.trim().split_once(' ').unwrap();
            let value: i64 = value.parse().unwrap();
            let computed = evaluate(formula, &on(&format!("db.{name}"))).unwrap();
            // Aurora MySQL's are exact, since log rounds; a quotient of the memory is known between bounds.
            let is_exact = formula == mysql || value == 5000;
            assert_eq!(computed.is_exact(), is_exact, "{name}: {computed}");
            assert!(computed.low <= value && value <= computed.high, "{name}: {value} but {computed}");
            assert!(computed.high - computed.low <= value / 7, "{name}: {computed} says little");
        }
    }
}

/// [V]: "Specifying DB parameters" (USER_ParamValuesRef) of the Amazon RDS and Aurora user guides, by section.
#[test]
fn formulas_of_every_form_are_computed() {
    for (formula, expected) in [
        // [V] DB parameter formulas: syntax. Of 16 GiB, the whole of it and what is left of it at least.
        ("{DBInstanceVCPU}", "2"),
        ("{DBInstanceVCPU*3}", "6"),
        ("{DBInstanceClassMemory*3/4}", "about 11354819788 to 12884901888"),
        ("{DBInstanceClassMemory/32768}", "about 462028 to 524288"),
        // [V] formula variables.
        ("{AllocatedStorage/1073741824}", "100"),
        ("{EndPointPort}", "5432"),
        ("{TrueIfReplica}", "0"),
        // [V] formula operators: decimals are truncated, not rounded.
        ("{DBInstanceVCPU/4}", "0"),
        ("{DBInstanceVCPU*3/4}", "1"),
        ("{EndPointPort/-100}", "-54"),
        // [V] functions: integers or formulas as arguments, at least one, and names in any case.
        ("GREATEST({DBInstanceVCPU},8)", "8"),
        ("GREATEST({DBInstanceVCPU*8},4)", "16"),
        ("LEAST({DBInstanceVCPU})", "2"),
        ("SUM({DBInstanceVCPU/2},1,2)", "4"),
        ("IF({TrueIfReplica}, 1, {DBInstanceVCPU})", "2"),
        ("least({DBInstanceVCPU},8)", "2"),
        ("gReAtEsT({DBInstanceVCPU},8)", "8"),
        ("sum(1,2)", "3"),
        ("if({TrueIfReplica},1,2)", "2"),
        // [V] Boolean expressions: > < >= => <= =<, of constants, formulas, functions and variables, in quotation marks.
        ("{DBInstanceVCPU} > 2", "0"),
        ("\"{DBInstanceVCPU} > 1\"", "1"),
        ("{DBInstanceVCPU} < 3", "1"),
        ("{DBInstanceVCPU} >= 2", "1"),
        ("{DBInstanceVCPU} => 3", "0"),
        ("{DBInstanceVCPU} <= 2", "1"),
        ("{DBInstanceVCPU} =< 1", "0"),
        ("2 >= {DBInstanceVCPU}", "1"),
        ("GREATEST({DBInstanceVCPU},8) > LEAST(7,9)", "1"),
        ("DBInstanceVCPU > 1", "1"),
        ("{DBInstanceVCPU > 1}", "1"),
        ("3 > 2", "1"),
        // What is between bounds is known where these are far enough apart, and else it is 0 or 1.
        ("{DBInstanceClassMemory/1073741824} > 14", "0 or 1"),
        ("{DBInstanceClassMemory/1073741824} > 12", "1"),
        ("{DBInstanceClassMemory/1073741824} > 16", "0"),
        ("IF({DBInstanceClassMemory/1073741824} > 14, 10, 20)", "about 10 to 20"),
        ("IF({DBInstanceVCPU > 1}, {DBInstanceVCPU}, {Unknown})", "2"),
        // [V] log expressions: to the base 2.
        ("{log(DBInstanceVCPU)*10}", "10"),
        ("GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)", "200"),
        // Its base may be said, in a function as any other.
        ("{LOG( EndPointPort , 2 )}", "12"),
        // [V] value examples, and defaults that AWS's groups have.
        ("GREATEST({DBInstanceClassMemory/9868951},80)", "about 1534 to 1740"),
        ("LEAST({DBInstanceClassMemory/256},10485760)", "10485760"),
        ("LEAST( {DBInstanceClassMemory/9868951}, 20000 )", "about 1534 to 1740"),
        ("SUM({DBInstanceClassMemory/12038},-50003)", "about 1207661 to 1377133"),
        // Functions in functions, blanks anywhere, parentheses, and the ${…} that some of AWS's pages write.
        ("GREATEST(LEAST({DBInstanceVCPU},4),SUM(1,IF({TrueIfReplica},5,0)))", "2"),
        (" GREATEST ( { DBInstanceVCPU  *  2 } ,\t8 ) ", "8"),
        ("{GREATEST(DBInstanceVCPU,8)*2}", "16"),
        ("{(DBInstanceVCPU*3)/(2*2)}", "1"),
        ("GREATEST(${DBInstanceVCPU*2},1)", "4"),
        ("GREATEST(-1,{TrueIfReplica})", "0"),
        ("{DBInstanceVCPU*-1}", "-2"),
        ("5000", "5000"),
    ] {
        let computed = evaluate(formula, &on("db.r6g.large")).map(|computed| computed.to_string());
        assert_eq!(computed.as_deref(), Ok(expected), "{formula}");
    }
}

#[test]
fn what_is_not_known_is_said_and_never_guessed() {
    let machine = on("db.r6g.large");
    for (formula, reason) in [
        ("{DBInstanceClassHugePagesDefault}", "DBInstanceClassHugePagesDefault is a variable"),
        ("{dbinstancevcpu}", "dbinstancevcpu is a variable"),
        ("IF({DBInstanceClassHugePagesDefault}, 0, 1)", "DBInstanceClassHugePagesDefault"),
        ("MAX({DBInstanceVCPU},8)", "MAX of 2 is a function"),
        ("IF({TrueIfReplica},1)", "IF of 2 is a function"),
        ("{log(DBInstanceVCPU,2,2)}", "log of 3 is a function"),
        ("{log(DBInstanceVCPU,10)}", "only known to the base 2"),
        ("{log(8,DBInstanceClassMemory)}", "only known to the base 2"),
        ("{log(TrueIfReplica)}", "logarithm of nothing"),
        ("{DBInstanceVCPU+1}", "a brace of the formula is not closed"),
        ("{DBInstanceVCPU} extra", "not understood from \"extra\""),
        ("{DBInstanceVCPU} <> 2", "not understood from \"<> 2"),
        ("{DBInstanceVCPU} == 2", "not understood from \"=="),
        ("{DBInstanceVCPU} > 2 > 1", "not understood from \"> 1"),
        ("GREATEST({DBInstanceVCPU},,8)", "not understood from \",8"),
        ("GREATEST({DBInstanceVCPU},8", "parenthesis"),
        ("DBInstanceVCPU", "outside of braces"),
        ("GREATEST(DBInstanceVCPU,8)", "outside of braces"),
        ("{DBInstanceVCPU/0}", "divides by 0"),
        ("{DBInstanceVCPU/TrueIfReplica}", "divides by 0"),
        ("{EndPointPort/(DBInstanceClassMemory > 16000000000)}", "divides by what may be 0"),
        ("{DBInstanceClassMemory*DBInstanceClassMemory}", "too large"),
        ("{99999999999999999999}", "no number"),
        ("{9007199254740993}", "too large"),
        ("{2x}", "not understood from \"2x"),
        ("{dbName}_A", "not understood from \"_A"),
        ("{dbName}", "dbName is a variable"),
        ("GREATEST()", "not understood"),
        ("", "not understood"),
        ("{}", "not understood"),
    ] {
        let said = evaluate(formula, &machine).unwrap_err();
        assert!(said.contains(reason), "{formula}: {said}");
    }
    for name in ["db.serverless", "db.r99.large"] {
        assert!(evaluate("{DBInstanceClassMemory/2}", &on(name)).unwrap_err().contains("not in the table"));
    }
    let nothing = Machine::default();
    for formula in ["{AllocatedStorage}", "{EndPointPort}", "{TrueIfReplica}", "{DBInstanceVCPU}"] {
        assert!(evaluate(formula, &nothing).is_err(), "{formula}");
    }
}

#[test]
fn what_somebody_writes_to_break_it_gets_a_sentence() {
    let machine = on("db.r6g.large");
    for (formula, reason) in [
        ("{".repeat(4_000), "nested more than 50"),
        (format!("{}1{}", "(".repeat(4_000), ")".repeat(4_000)), "nested more than 50"),
        (format!("{}1{}", "SUM(".repeat(1_500), ")".repeat(1_500)), "nested more than 50"),
        ("{".repeat(10_000_000), "longer than 10000"),
        (format!("{{{}}}", "9".repeat(9_000)), "no number"),
        (format!("{{9007199254740992{}}}", "*9007199254740992".repeat(400)), "too large"),
        (format!("{{1{}}}", "/0".repeat(4_000)), "divides by 0"),
    ] {
        let said = evaluate(&formula, &machine).unwrap_err();
        assert!(said.contains(reason) && said.len() < 120, "{said}");
    }
    // What is long and not deep is computed.
    let long = format!("SUM(0{})", ",{DBInstanceVCPU}".repeat(500));
    assert_eq!(evaluate(&long, &machine).unwrap().to_string(), "1000");
    assert_eq!(evaluate(&format!("{{1{}}}", "*1".repeat(4_000)), &machine).unwrap().high, 1);
    for depth in [10, 49] {
        let nested = format!("{}{{DBInstanceVCPU}}{}", "SUM(".repeat(depth), ")".repeat(depth));
        assert_eq!(evaluate(&nested, &machine).unwrap().high, 2, "{depth}");
    }
}

#[test]
fn formulas_texts_with_variables_and_plain_values_are_told_apart() {
    let sort = |text: &str, is_text| match read(text, is_text) {
        Read::Plain => "plain",
        Read::Formula(Ok(_)) => "formula",
        Read::Formula(Err(_)) => "not understood",
        Read::Template(_) => "template",
    };
    for (text, as_text, as_number) in [
        ("{DBInstanceVCPU}", "formula", "formula"),
        ("{DBInstanceVCPU} > 2", "formula", "formula"),
        ("LEAST(5,{DBInstanceVCPU})", "formula", "formula"),
        ("least(1,2)", "formula", "formula"),
        ("{FooBar/2}", "formula", "formula"),
        ("{FooBar}*2", "formula", "formula"),
        ("3 > 2", "plain", "formula"),
        ("{dbName}", "template", "formula"),
        ("{dbName}_{DBUniqueNameSuffix}", "template", "not understood"),
        ("{FooBar}_{BarFoo}", "template", "not understood"),
        ("{DBNAME}", "formula", "formula"),
        ("/db/{dbName}/arch", "template", "not understood"),
        ("(address=(protocol=tcp)(host=)(port={EndPointPort}))", "template", "not understood"),
        ("location=\"/db/{dbName}\", valid_for=(ALL_LOGFILES,ALL_ROLES)", "template", "not understood"),
        ("mysql-{DBInstanceVCPU}.pid", "template", "not understood"),
        ("{DBInstanceVCPU}+1", "not understood", "not understood"),
        ("{DBInstanceVCPU+1}", "not understood", "not understood"),
        ("{DBInstanceVCPU*2", "not understood", "not understood"),
        ("MAX({DBInstanceVCPU},8)", "not understood", "not understood"),
        ("MAX({FooBar},8)", "not understood", "not understood"),
        ("GREATEST({dbName},8)", "formula", "formula"),
        ("GREATEST({DBInstanceVCPU},8", "not understood", "not understood"),
        ("{}", "plain", "not understood"),
        ("{x}", "plain", "formula"),
        ("SET NAMES '{x}'", "plain", "not understood"),
        ("^[a-z]{3}$", "plain", "not understood"),
        ("{1,2,3}", "plain", "not understood"),
        ("{3}", "plain", "formula"),
        ("{\"app\":\"a\"}", "plain", "not understood"),
        ("/rdsdbdata/db", "plain", "plain"),
        ("a*b", "plain", "plain"),
        ("SET SESSION x=IF(1>0,2,3)", "plain", "plain"),
        ("DBInstanceVCPU", "plain", "plain"),
        ("128M", "plain", "plain"),
        ("", "plain", "plain"),
    ] {
        assert_eq!((sort(text, true), sort(text, false)), (as_text, as_number), "{text}");
    }
}

#[test]
fn a_formula_is_the_same_however_it_is_written() {
    let canonical = |text: &str| Expression::of(text).unwrap().to_string();
    for (one, other) in [
        (
            "LEAST({DBInstanceClassMemory/9531392},5000)",
            " least ( {DBInstanceClassMemory / 9531392} , 5000 )",
        ),
        ("{DBInstanceVCPU*2}", "{DBInstanceVCPU}*2"),
        ("{DBInstanceVCPU*2/3}", "{{DBInstanceVCPU*2}/3}"),
        ("{DBInstanceVCPU} => 2", "\"DBInstanceVCPU>=2\""),
        ("{log(DBInstanceVCPU)}", "LOG({DBInstanceVCPU})"),
    ] {
        assert_eq!(canonical(one), canonical(other));
    }
    for (one, other) in [
        ("{DBInstanceVCPU*2/3}", "{DBInstanceVCPU*(2/3)}"),
        ("{DBInstanceVCPU} > 2", "{DBInstanceVCPU} < 2"),
        ("SUM(1,23)", "SUM(12,3)"),
    ] {
        assert_ne!(canonical(one), canonical(other));
    }
    let formula = Expression::of(
        "GREATEST({log(DBInstanceClassMemory/8)*45},{DBInstanceClassMemory/2},{DBInstanceVCPU})",
    );
    assert_eq!(formula.unwrap().variables(), ["DBInstanceClassMemory", "DBInstanceVCPU"]);
}

#[test]
fn two_formulas_of_one_machine_are_told_apart_where_that_is_certain() {
    let machine = on("db.r6g.large");
    for (one, other, expected) in [
        ("{DBInstanceClassMemory*3/4}", "{DBInstanceClassMemory*6/8}", Relation::Same),
        ("{DBInstanceClassMemory*3/4}", "{DBInstanceClassMemory*1/2}", Relation::Apart),
        // Their bounds overlap, and still they are never the same.
        ("{DBInstanceClassMemory/9531392}", "{DBInstanceClassMemory/9000000}", Relation::Apart),
        ("{DBInstanceClassMemory/9531392}", "{DBInstanceClassMemory/9531400}", Relation::Open),
        // The same below 1650 connections, and not above.
        (
            "LEAST({DBInstanceClassMemory/9531392},1750)",
            "LEAST({DBInstanceClassMemory/9531392},1780)",
            Relation::Open,
        ),
        ("{DBInstanceVCPU} > 1", "{EndPointPort} > 1", Relation::Same),
    ] {
        let read = |text: &str| Expression::of(text).unwrap();
        assert_eq!(relation(&read(one), &read(other), &machine), Ok(expected), "{one} and {other}");
    }
}

mod random {
    use proptest::prelude::*;

    use super::super::value::{Bounds, Evaluation};
    use super::*;

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![(-10_i64..10_000).prop_map(|number| number.to_string()), Just("9531392".to_owned())]
    }

    fn formula() -> impl Strategy<Value = String> {
        let variable = prop_oneof![
            Just("DBInstanceClassMemory"),
            Just("DBInstanceVCPU"),
            Just("EndPointPort"),
            Just("AllocatedStorage"),
            Just("TrueIfReplica"),
        ];
        let leaf = prop_oneof![number(), variable.prop_map(|name| format!("{{{name}}}"))];
        leaf.prop_recursive(5, 30, 3, |inner| {
            let two = (inner.clone(), inner.clone());
            prop_oneof![
                (two.clone(), "[*/]").prop_map(|((one, other), sign)| format!("{{{one}{sign}{other}}}")),
                (two.clone(), "(>|<|>=|=>|<=|=<)")
                    .prop_map(|((one, other), sign)| format!("{{{one}{sign}{other}}}")),
                (two, "(GREATEST|LEAST|SUM)")
                    .prop_map(|((one, other), name)| format!("{name}({one},{other})")),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(one, then, other)| format!("IF({one},{then},{other})")),
                inner.prop_map(|one| format!("{{log({one})}}")),
            ]
        })
    }

    fn with_blanks(text: &str, blank: &str) -> String {
        let mut apart = text.to_owned();
        for sign in ["{", "}", "(", ")", ",", "*", "/"] {
            apart = apart.replace(sign, &format!("{blank}{sign}{blank}"));
        }
        apart
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn any_text_is_read_without_a_panic(text in "[A-Za-z{}()*/<>=,.\"$ 0-9_-]{0,60}", any in any::<String>()) {
            for text in [text, any] {
                for is_text in [true, false] {
                    let _ = read(&text, is_text);
                }
                let said = evaluate(&text, &on("db.r6g.large"));
                prop_assert!(said.is_ok() || said.is_err_and(|why| !why.is_empty()));
            }
        }

        #[test]
        fn blanks_and_the_case_of_functions_change_nothing(text in formula()) {
            let machine = on("db.r6g.large");
            let expected = evaluate(&text, &machine);
            for blank in [" ", "\t", "  \n"] {
                prop_assert_eq!(&evaluate(&with_blanks(&text, blank), &machine), &expected);
            }
            let mut lowered = text.clone();
            for (name, other) in [("GREATEST", "greatest"), ("LEAST", "Least"), ("SUM", "sUM"), ("log", "LOG")] {
                lowered = lowered.replace(name, other);
            }
            prop_assert_eq!(&evaluate(&lowered.replace("IF(", "iF("), &machine), &expected);
        }

        #[test]
        fn what_a_formula_comes_to_is_within_its_bounds(text in formula(), share in 0.0..=1.0_f64) {
            let machine = on("db.r6g.large");
            let expression = Expression::of(&text).unwrap();
            let whole = Evaluation { machine: &machine, memory: None }.value(&expression);
            let (low, high) = machine.class.unwrap().usable_memory();
            for share in [share, 0.0, 0.25, 0.5, 0.75, 1.0] {
                let memory = (low + (high - low) * share).trunc();
                let memory = Some(Bounds { low: memory, high: memory });
                let exact = Evaluation { machine: &machine, memory }.value(&expression);
                if let (Ok(whole), Ok(exact)) = (&whole, &exact) {
                    prop_assert!(
                        whole.low <= exact.low && exact.high <= whole.high,
                        "{}: {:?} is not within {:?}", text, exact, whole
                    );
                }
            }
        }

        #[test]
        fn what_is_written_once_more_is_the_same(text in formula()) {
            let expression = Expression::of(&text).unwrap();
            let again = Expression::of(&format!("{{{expression}}}")).unwrap();
            prop_assert_eq!(expression.to_string(), again.to_string());
            let machine = on("db.r6g.large");
            prop_assert_eq!(computed(&expression, &machine), computed(&again, &machine));
        }
    }
}
