//! What a list of objections costs, and a mark from before the first day in public.

use super::*;
use crate::objections::own_objections;

#[tokio::test]
async fn a_list_reads_as_often_for_many_as_for_one() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, _) = team();
    let mut costs = Vec::new();
    for number in 0..6 {
        let place = penalty(&desk, 1, 11 + number, "0.2").await;
        file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
        let begun = desk.store().reads();
        assert_eq!(work(&desk, &clerk, false).await.expect("listed").len(), number as usize + 1);
        let worked = desk.store().reads();
        own_objections(&desk, &agent).await.expect("listed");
        let own = desk.store().reads();
        waiting(&desk, &clerk).await.expect("listed");
        costs.push((worked - begun, own - worked, desk.store().reads() - own));
    }
    assert!(costs.iter().all(|one| *one == costs[0]), "{costs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_marked_before_its_first_day_in_public_is_proven_on_that_day() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let job = Actor::system("system");
    generate(&desk, &job, DAYS).await.expect("a key");
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let held = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
    let first = held.public_from.expect("to be public");
    let before = desk.at(first.yesterday().expect("a day"));
    let id = file(&before, &agent, form(&desk, place.1, "content")).await.expect("made");
    let events = desk.store().publication_events(place.0, place.1).await.expect("events");
    let last = events.last().map(|event| (event.kind.as_str(), event.on_day));
    assert_eq!(last, Some(("marked", first)), "for that day, not for the one before");
    let then = desk.at(first);
    sign_head(&then, &job, true).await.expect("signed");
    assert!(inclusion(&then, place.0, place.1).await.is_ok());
    withdraw(&before, &agent, id).await.expect("taken back");
    sign_head(&then, &job, true).await.expect("signed");
    assert!(inclusion(&then, place.0, place.1).await.is_ok());
    sound(&then).await;
}
