//! `wrk` asks a server in turn, and says how fast it was answered.

pub mod processor;

use std::path::Path;
use std::process::Command;

/// How `wrk` is to ask.
pub struct Load<'l> {
    /// Host and port.
    pub address: &'l str,
    /// Where the script may lie.
    pub scratch: &'l Path,
    /// A Lua list's lines, each a request made by `wrk.format`.
    pub requests: &'l str,
    pub connections: u32,
    pub seconds: u32,
}

/// How it was answered.
pub struct Answered {
    /// Requests per second.
    pub rate: f64,
    /// Latency in the middle, in milliseconds.
    pub middle: f64,
    /// Latency at 99 in a hundred, in milliseconds.
    pub high: f64,
    /// Processor time of this process per request, in microseconds: the server's, where it runs in this process. Holds on a loaded machine too.
    pub processor: f64,
}

impl Answered {
    /// The figures in a line.
    pub fn say(&self, what: &str) {
        println!(
            "{what:<26} {:>7.0} requests/s   p50 {:.2} ms   p99 {:.2} ms   {:.0} µs of processor each",
            self.rate, self.middle, self.high, self.processor
        );
    }
}

/// Has `wrk` send the requests in turn. Nothing when `wrk` is not installed.
pub fn drive(load: &Load<'_>) -> Option<Answered> {
    let Load { address, scratch, requests, connections, seconds } = load;
    let script = scratch.join("requests.lua");
    let text = format!(
        "local made = {{}}\nlocal at = 0\n\
         init = function(args) made = {{\n{requests}}} end\n\
         request = function() at = at % #made + 1 return made[at] end\n\
         done = function(summary, latency, requests)\n\
         \x20 io.write('figures ', summary.requests / summary.duration * 1e6, ' ', latency:percentile(50) / 1e3, ' ',\n\
         \x20   latency:percentile(99) / 1e3, ' ', summary.requests, ' ',\n\
         \x20   summary.errors.status + summary.errors.read + summary.errors.connect, '\\n')\n\
         end\n"
    );
    std::fs::write(&script, text).expect("disk");
    let before = processor::seconds();
    let answer = Command::new("wrk")
        .args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "-s"])
        .arg(&script)
        .arg(format!("http://{address}"))
        .output();
    let Ok(answer) = answer else {
        println!("wrk is not installed: no figures of requests (Debian: apt-get install wrk)");
        return None;
    };
    let worked = processor::seconds() - before;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("figures "));
    let figures: Vec<f64> = line
        .map(|line| line.split(' ').filter_map(|word| word.parse().ok()).collect())
        .unwrap_or_default();
    let [rate, middle, high, requests, errors] = figures.as_slice() else {
        panic!("wrk said: {text}{}", String::from_utf8_lossy(&answer.stderr));
    };
    assert!(*errors == 0.0, "{text}");
    Some(Answered {
        rate: *rate,
        middle: *middle,
        high: *high,
        processor: worked / requests.max(1.0) * 1e6,
    })
}
