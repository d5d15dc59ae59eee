//! A folder with a whole register and its penalties, filled once.

use std::path::Path;

use xinyong_service::Desk;

use super::invented::{Invented, import_penalties, import_registry};

/// Files of penalties, each as long as the register.
pub const FILES: u32 = 3;

/// Fills a folder with the register and three penalties a subject, unless it was filled before.
pub async fn load(desk: &Desk, invented: &Invented, folder: &Path) {
    if folder.join("loaded").exists() {
        return;
    }
    let file = folder.join("file.csv");
    let count = invented.subjects;
    invented.registry_file(&file, count);
    let seconds = import_registry(desk, &file, count).await;
    println!("loaded {count} subjects        {:>9.0} rows/s", f64::from(count) / seconds);
    for part in 0..FILES {
        invented.penalty_file(&file, part * count, count);
        let [received, checked, recorded] = import_penalties(desk, &file, count).await;
        let rate = |seconds: f64| f64::from(count) / seconds;
        println!(
            "loaded {count} penalties       {:>9.0} rows/s  (receive {:.0}, check {:.0}, record {:.0})",
            rate(received + checked + recorded),
            rate(received),
            rate(checked),
            rate(recorded),
        );
    }
    std::fs::remove_file(&file).expect("disk");
    std::fs::write(folder.join("loaded"), "").expect("disk");
}
