//! Tests of the transitions that the timer writes when they are due by the rules.

use serde_json::{Value, json};

use crate::support::ledger::{Ledger, hasty_rules};
use crate::support::server::Server;

#[tokio::test]
async fn a_due_change_is_written_without_requests_and_after_a_downtime() {
    let rules = hasty_rules();
    let config = ["--config", rules.path().to_str().unwrap()];
    let mut ledger = Ledger::with(&config).await;
    let id = ledger.case().await;
    let path = format!("/api/warnings/{id}");
    let red = async |ledger: &Ledger, path: &str| {
        loop {
            let case = ledger.json(None, path).await;
            if case["properties"]["level"] == "red" {
                return case;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let moment = |case: &Value, name: &str| -> jiff::Timestamp {
        case["properties"][name].as_str().unwrap().parse().unwrap()
    };
    let two = jiff::SignedDuration::from_secs(2);
    let case = red(&ledger, &path).await;
    assert_eq!(moment(&case, "since"), moment(&case, "reported_at") + two);
    let history = ledger.json(None, &format!("{path}/history")).await;
    let last = history["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action"], &last["level"]),
        (&json!("level"), &json!("red"))
    );
    let before = moment(&case, "since") - jiff::SignedDuration::from_millis(1);
    let then = ledger
        .json(None, &format!("/api/grids/status?as_of={before}"))
        .await;
    assert_eq!(then["open"], json!({"red": 0, "yellow": 1, "green": 0}));

    // The server is down at the due moment. After the restart, the timer writes the change with the right time.
    let id = ledger.case().await;
    ledger.server.kill();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    ledger.server = Server::on(&ledger.server.database.clone(), &config).await;
    let case = red(&ledger, &format!("/api/warnings/{id}")).await;
    assert_eq!(moment(&case, "since"), moment(&case, "reported_at") + two);
}
