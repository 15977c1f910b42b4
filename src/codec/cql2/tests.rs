use geo_types::{Geometry, Point};

use super::*;

fn text(expression: &str) -> Node {
    parse(expression, Encoding::Text, Crs::Crs84).unwrap_or_else(|e| panic!("{expression}: {e}"))
}

fn json(expression: &str) -> Node {
    parse(expression, Encoding::Json, Crs::Crs84).unwrap_or_else(|e| panic!("{expression}: {e}"))
}

fn wrong(expression: &str, encoding: Encoding) -> String {
    parse(expression, encoding, Crs::Crs84)
        .unwrap_err()
        .to_string()
}

/// Writes a tree as an S-expression, without positions.
fn shown(node: &Node) -> String {
    let list = |nodes: &[Node]| nodes.iter().map(shown).collect::<Vec<_>>().join(" ");
    match &node.kind {
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::Text(t) => format!("{t:?}"),
        Kind::Instant(Instant::Date(d)) => d.to_string(),
        Kind::Instant(Instant::Time(t)) => t.to_string(),
        Kind::Interval(ends) => format!("({})", list(ends)),
        Kind::Open => "..".to_owned(),
        Kind::Geometry(g) => format!("{g:?}").replace(char::is_whitespace, ""),
        Kind::Box(b) => format!("{:?}", b.to_numbers()),
        Kind::Property(p) => p.clone(),
        Kind::Array(items) => format!("[{}]", list(items)),
        Kind::Call(op, args) => format!("({} {})", op.name(), list(args)),
    }
}

#[test]
fn precedence_is_that_of_the_standard() {
    for (expression, tree) in [
        (
            "a = 1 OR b = 2 AND NOT c = 3",
            "(or (= a 1) (and (= b 2) (not (= c 3))))",
        ),
        ("a=1 and b=2 and c=3", "(and (= a 1) (= b 2) (= c 3))"),
        ("n > 1 + 2 * 3 ^ 2 - 4", "(> n (- (+ 1 (* 2 (^ 3 2))) 4))"),
        ("n = 21 div 10 % -3", "(= n (% (div 21 10) -3))"),
        ("n = -(a + 1)", "(= n (* -1 (+ a 1)))"),
        (
            "n between 1 and 2 and m = 3",
            "(and (between n 1 2) (= m 3))",
        ),
        ("n NOT BETWEEN 1 AND 2", "(not (between n 1 2))"),
        ("name not like 'a%'", "(not (like name \"a%\"))"),
        ("name IN ('a', 'b''c')", "(in name [\"a\" \"b'c\"])"),
        ("name NOT IN ('a')", "(not (in name [\"a\"]))"),
        (
            "name IS NULL or name is not null",
            "(or (isNull name) (not (isNull name)))",
        ),
        ("NOT NOT true", "(not (not true))"),
        ("\"date\" = DATE('2026-11-22')", "(= date 2026-11-22)"),
        (
            "date = start AND point < 3",
            "(and (= date start) (< point 3))",
        ),
        ("CaseI(name) = cASEi('X')", "(= (casei name) (casei \"X\"))"),
        ("Lower(名称) = '温泉'", "(= (lower 名称) \"温泉\")"),
        (
            "T_METBY(INTERVAL(start, '..'), INTERVAL('2026-11-22', '2026-11-22T06:00:00Z'))",
            "(t_metBy (start ..) (2026-11-22 2026-11-22T06:00:00Z))",
        ),
        ("A_CONTAINS(tags, ('a'))", "(a_contains tags [\"a\"])"),
        (
            "a_equals(tags, ((1, 2), (3 + 1)))",
            "(a_equals tags [[1 2] (+ 3 1)])",
        ),
        ("(1, 2) = tags", "(= [1 2] tags)"),
        ("n = .5e2", "(= n 50)"),
    ] {
        assert_eq!(shown(&text(expression)), tree, "{expression}");
    }
}

#[test]
fn both_encodings_build_the_same_tree() {
    for (expression, document) in [
        (
            "name NOT LIKE 'a%' AND levels >= 6",
            r#"{"op":"and","args":[{"op":"not","args":[{"op":"like","args":[{"property":"name"},"a%"]}]},
                {"op":">=","args":[{"property":"levels"},6]}]}"#,
        ),
        (
            "S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))",
            r#"{"op":"s_intersects","args":[{"property":"geometry"},
                {"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}]}"#,
        ),
        (
            "S_WITHIN(geometry, BBOX(170, -10, -170, 10))",
            r#"{"op":"s_within","args":[{"property":"geometry"},{"bbox":[170,-10,-170,10]}]}"#,
        ),
        (
            "S_TOUCHES(geometry, GEOMETRYCOLLECTION(POINT Z (1 2 3), MULTIPOINT((1 2), (3 4))))",
            r#"{"op":"s_touches","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[
                {"type":"Point","coordinates":[1,2]},{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}]}]}"#,
        ),
        (
            "T_DURING(at, INTERVAL('..', '2026-11-22T06:00:00Z')) OR day = DATE('2026-11-22')",
            r#"{"op":"or","args":[
                {"op":"t_during","args":[{"property":"at"},{"interval":["..","2026-11-22T06:00:00Z"]}]},
                {"op":"=","args":[{"property":"day"},{"date":"2026-11-22"}]}]}"#,
        ),
        (
            "A_CONTAINEDBY(tags, ('a')) OR n IN (1, 2) OR TIMESTAMP('2026-11-22T06:00:00Z') = at",
            r#"{"op":"or","args":[{"op":"a_containedBy","args":[{"property":"tags"},["a"]]},
                {"op":"in","args":[{"property":"n"},[1,2]]},
                {"op":"=","args":[{"timestamp":"2026-11-22T06:00:00Z"},{"property":"at"}]}]}"#,
        ),
        (
            "casei(name) IS NULL AND n BETWEEN 1 AND abs(m)",
            r#"{"op":"and","args":[{"op":"isNull","args":[{"op":"casei","args":[{"property":"name"}]}]},
                {"op":"between","args":[{"property":"n"},1,{"op":"abs","args":[{"property":"m"}]}]}]}"#,
        ),
    ] {
        assert_eq!(
            shown(&text(expression)),
            shown(&json(document)),
            "{expression}"
        );
    }
}

#[test]
fn an_error_gives_the_position_what_was_found_and_what_was_expected() {
    for (expression, said) in [
        (
            "",
            "at character 1: expected a value, a property, a function or \"(\", found the end",
        ),
        (
            "名称 = ",
            "at character 6: expected a value, a property, a function or \"(\", found the end",
        ),
        ("a = 'x", "at character 5: the closing ' is missing"),
        (
            "a != 1",
            "at character 3: expected <> for \"not equal\", found \"!=\"",
        ),
        (
            "a = 1 b",
            "at character 7: expected an operator or the end, found \"b\"",
        ),
        (
            "a = 1 = 2",
            "at character 7: expected an operator or the end, found \"=\"",
        ),
        (
            "a BETWEEN 1 OR 2",
            "at character 13: expected AND and the upper bound, found \"OR\"",
        ),
        (
            "a NOT 5",
            "at character 7: expected LIKE, BETWEEN or IN after NOT, found the number 5",
        ),
        (
            "a IS 5",
            "at character 6: expected NULL, found the number 5",
        ),
        ("a = NULL", "at character 5: expected a value"),
        (
            "(a = 1",
            "at character 7: expected an operator, \",\" or \")\", found the end",
        ),
        (
            "a = DATE('2026-13-01')",
            "at character 10: expected a date such as 2026-11-22",
        ),
        (
            "a = TIMESTAMP('2026-11-22T06:00:00')",
            "at character 15: expected a time with its zone",
        ),
        (
            "S_INTERSECTS(g, POINT(1))",
            "at character 24: expected a number, found \")\"",
        ),
        (
            "S_INTERSECTS(g, POLYGON((0 0, 1 1, 0 1)))",
            "at character 17: geometry",
        ),
        (
            "S_INTERSECTS(g, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))",
            "at character 17: ",
        ),
        ("S_INTERSECTS(g, POINT(200 0))", "at character 17: "),
        (
            "S_INTERSECTS(g, BBOX(1,2,3))",
            "at character 17: a box has 4 numbers",
        ),
        (
            "S_INTERSECTS(g)",
            "at character 1: s_intersects takes 2 arguments, found 1",
        ),
        (
            "a IN ()",
            "at character 6: expected a list of at least one value",
        ),
        ("a = ;", "at character 5: unexpected character ';'"),
        ("a = 1e999", "at character 5: expected a number"),
        (
            "INTERVAL('2026-11-22') = a",
            "at character 1: INTERVAL takes 2 arguments, found 1",
        ),
    ] {
        let found = wrong(expression, Encoding::Text);
        assert!(found.starts_with(said), "{expression}: {found}");
    }
    for (document, said) in [
        ("{", "at the top: expected a JSON document"),
        ("null", "at the top: expected a value, found null"),
        (
            r#"{"op":"=","args":[{"property":"a"}]}"#,
            "at the top: = takes 2 arguments, found 1",
        ),
        (
            r#"{"op":"=","args":[{"prop":"a"},1]}"#,
            "at /args/0: expected an object with op and args",
        ),
        (
            r#"{"op":"not","args":[{"op":"in","args":[1,2]}]}"#,
            "at /args/0/args/1: expected a list",
        ),
        (
            r#"{"op":"=","args":[{"date":"22.11."},1]}"#,
            "at /args/0: expected a date",
        ),
        (
            r#"{"op":"=","args":[{"property":"a","x":1},1]}"#,
            "at /args/0: unknown member \"x\"",
        ),
        (
            r#"{"op":5,"args":[]}"#,
            "at /op: expected the name of an operator",
        ),
        (r#"{"op":"and"}"#, "at /args: expected a list of arguments"),
        (
            r#"{"op":"t_after","args":[{"interval":["soon",".."]},1]}"#,
            "at /args/0/interval/0: expected a date",
        ),
        (
            r#"{"op":"s_within","args":[{"type":"Point","coordinates":["a"]},1]}"#,
            "at /args/0: geometry.coordinates",
        ),
    ] {
        let found = wrong(document, Encoding::Json);
        assert!(found.starts_with(said), "{document}: {found}");
    }
}

#[test]
fn limits_hold_while_parsing() {
    let deep = |n: usize| format!("{}a = 1{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(30), Encoding::Text, Crs::Crs84).is_ok());
    let nested_lists = format!("a_equals(t, {}1,2{})", "(".repeat(3_000), ")".repeat(3_000));
    for (expression, said) in [
        (deep(4_000), "nested deeper than 32 levels"),
        (
            format!("{}true", "NOT ".repeat(2_000)),
            "nested deeper than 32 levels",
        ),
        (
            format!("a = {}1", "-".repeat(4_000)),
            "nested deeper than 32 levels",
        ),
        (
            format!("a = 1{}", "+1".repeat(500)),
            "nested deeper than 32 levels",
        ),
        (nested_lists, "nested deeper than 32 levels"),
        (
            format!("{}1", "f(".repeat(2_000)),
            "nested deeper than 32 levels",
        ),
        (
            format!("S_WITHIN(g, {}", "GEOMETRYCOLLECTION(".repeat(400)),
            "nested deeper than 32 levels",
        ),
        (
            format!("a IN (1{})", ",1".repeat(2_000)),
            "more than 1000 parts",
        ),
        (
            format!("a = 1{}", " OR a = 1".repeat(500)),
            "more than 1000 parts",
        ),
        (
            format!("a = '{}'", "x".repeat(9_000)),
            "at most 8192 are allowed",
        ),
        (
            format!("S_WITHIN(g, LINESTRING(0 0{})) ", ",1 1,0 0".repeat(1_010)),
            "2000",
        ),
    ] {
        let found = wrong(&expression, Encoding::Text);
        assert!(found.contains(said), "{}: {found}", &expression[..20]);
    }
    let deep = format!(
        "{}true{}",
        r#"{"op":"not","args":["#.repeat(60),
        "]}".repeat(60)
    );
    assert!(wrong(&deep, Encoding::Json).contains("nested deeper than 32 levels"));
    let deep = format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000));
    assert!(wrong(&deep, Encoding::Json).contains("JSON document"));
}

#[test]
fn geometries_are_given_in_the_system_and_axis_order_of_filter_crs() {
    let node = |text: &str, crs| parse(text, Encoding::Text, crs).unwrap();
    let point = Kind::Geometry(Geometry::from(Point::new(117.0, 39.0)));
    assert_eq!(node("POINT(117 39)", Crs::Crs84).kind, point);
    assert_eq!(node("POINT(39 117)", Crs::Epsg4326).kind, point);
    let metres = node(
        "BBOX(13024380, 4721671, 13024381, 4721672)",
        Crs::WebMercator,
    );
    let Kind::Box(metres) = metres.kind else {
        panic!("{metres:?}")
    };
    assert!((metres.west - 117.0).abs() < 1e-4 && metres.east - metres.west < 1e-4);
    let swapped = node("BBOX(39, 117, 40, 118)", Crs::Epsg4326);
    assert_eq!(
        swapped.kind,
        node("BBOX(117, 39, 118, 40)", Crs::Crs84).kind
    );
}
