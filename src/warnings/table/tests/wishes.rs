//! Tests of the rows that only micro-wishes have.

use super::*;

#[test]
fn a_unit_claims_a_wish_that_stays_green_whatever_happens() {
    let book = Book::new();
    let mut wish = book.wish();
    let file = ActionRequest {
        public_text: Some("为老人更换灯管".to_owned()),
        ..ActionRequest::new(Action::File)
    };
    let step = decide(&wish, &officer(), &file, &book.at(now())).unwrap();
    wish.apply_judged(&step, &book.rules, &book.calendar);
    assert_eq!(wish.public_text.as_deref(), Some("为老人更换灯管"));
    let unit = of_unit("u3", "unit-b");
    assert!(allowed(&wish, &unit).contains(&Action::Claim));
    // Any unit may claim it, also one without a competence; a person without a unit may not.
    for person in [by(Role::GridWorker, "wang"), officer(), Actor::public()] {
        let refusal = decide(&wish, &person, &full(Action::Claim), &book.at(now())).unwrap_err();
        assert!(matches!(refusal, Refusal::WrongPerson { .. }), "{refusal}");
    }
    book.walk(&mut wish, &[(Action::Claim, unit)]);
    let claimed_at = wish.step.as_ref().unwrap().at;
    assert_eq!(
        (wish.status, wish.unit.as_deref(), wish.dispatched_at),
        (Status::Dispatched, Some("unit-b"), Some(claimed_at))
    );
    assert_eq!(wish.due_at, book.at(claimed_at).handle_by("micro_wish"));
    let late = of_unit("u1", "unit-a");
    let refusal = decide(&wish, &late, &full(Action::Claim), &book.at(claimed_at)).unwrap_err();
    assert!(matches!(refusal, Refusal::WrongState { .. }), "{refusal}");
    let year = claimed_at + SignedDuration::from_hours(24 * 365);
    wish.apply_judged(&level_mark(&wish, year), &book.rules, &book.calendar);
    assert!(wish.overdue_at.is_some());
    assert_eq!(wish.level, Level::Green);
}

#[test]
fn only_an_officer_writes_the_public_text_of_a_wish_and_only_of_a_wish() {
    let book = Book::new();
    let mut wish = book.wish();
    book.walk(&mut wish, &[(Action::File, officer())]);
    assert_eq!(wish.public_text, None);
    let publish = |case: &Case, text: Option<&str>| {
        let request = ActionRequest {
            public_text: text.map(str::to_owned),
            ..ActionRequest::new(Action::Publish)
        };
        decide(case, &officer(), &request, &book.at(now()))
    };
    for (text, shown) in [("修收音机", Some("修收音机")), ("", None)] {
        let step = publish(&wish, Some(text)).unwrap();
        wish.apply_judged(&step, &book.rules, &book.calendar);
        assert_eq!(wish.public_text.as_deref(), shown);
    }
    let forgotten = publish(&wish, None).unwrap_err().to_string();
    assert!(forgotten.starts_with("public_text: "), "{forgotten}");
    let mut clutter = book.open();
    let named = ActionRequest {
        public_text: Some("x".to_owned()),
        ..ActionRequest::new(Action::File)
    };
    let refusal = decide(&clutter, &officer(), &named, &book.at(now())).unwrap_err();
    assert!(
        refusal.to_string().starts_with("public_text: "),
        "{refusal}"
    );
    book.walk(&mut clutter, &[(Action::File, officer())]);
    for action in [Action::Publish, Action::Claim] {
        let unit = of_unit("u1", "unit-a");
        let refusal = decide(&clutter, &unit, &full(action), &book.at(now())).unwrap_err();
        let said = refusal.to_string();
        assert!(matches!(refusal, Refusal::WrongState { .. }), "{said}");
        assert!(said.contains("micro-wishes only"), "{said}");
    }
}
