//! Sends requests at a fixed rate, whatever the answers do.
//!
//! Each request has its moment. Where answers come late, those behind wait, and what they waited counts: the time is taken from
//! the moment at which a request should have been sent.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// What is sent.
pub(crate) struct Plan {
    pub(crate) address: String,
    pub(crate) path: String,
    /// Requests a second, over all connections.
    pub(crate) rate: u32,
    pub(crate) seconds: u32,
    pub(crate) connections: u32,
    /// What is posted; `None`: it is read.
    pub(crate) body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Default)]
struct Came {
    micros: Vec<u64>,
    statuses: BTreeMap<u16, usize>,
    /// Answers that say when to come again.
    patient: usize,
    bytes: usize,
    broken: usize,
}

/// Sends, and tells a name and a figure a line.
pub(crate) async fn run(plan: Plan) {
    let plan = Arc::new(plan);
    let all = Arc::new(Mutex::new(Came::default()));
    let begun = Instant::now() + Duration::from_millis(100);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..plan.connections {
        let (plan, all) = (Arc::clone(&plan), Arc::clone(&all));
        tasks.spawn(async move {
            let came = connection(&plan, number, begun).await;
            let mut all = all.lock().unwrap();
            all.micros.extend(came.micros);
            for (status, count) in came.statuses {
                *all.statuses.entry(status).or_default() += count;
            }
            all.patient += came.patient;
            all.bytes += came.bytes;
            all.broken += came.broken;
        });
    }
    while tasks.join_next().await.is_some() {}
    tell(&mut all.lock().unwrap(), begun.elapsed());
}

fn tell(came: &mut Came, took: Duration) {
    came.micros.sort_unstable();
    let at = |part: f64| {
        let last = came.micros.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list"
        )]
        let place = (last as f64 * part).round() as usize;
        came.micros.get(place).copied().unwrap_or_default() as f64 / 1000.0
    };
    println!("answers/s\t{:.0}", came.micros.len() as f64 / took.as_secs_f64());
    for (name, part) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)] {
        println!("{name}\t{:.3}", at(part));
    }
    for (status, count) in &came.statuses {
        println!("status {status}\t{count}");
    }
    println!("retry-after\t{}", came.patient);
    println!("bytes\t{}", came.bytes);
    println!("broken\t{}", came.broken);
}

/// One connection's share of the requests.
async fn connection(plan: &Plan, number: u32, begun: Instant) -> Came {
    let mut came = Came::default();
    let request = request(plan);
    let Ok(stream) = TcpStream::connect(&plan.address).await else {
        came.broken += 1;
        return came;
    };
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::with_capacity(1 << 16, stream);
    let step = Duration::from_secs(1) * plan.connections / plan.rate;
    let mut moment = begun + Duration::from_secs(1) * number / plan.rate;
    let end = begun + Duration::from_secs(plan.seconds.into());
    while moment < end {
        tokio::time::sleep_until(moment.into()).await;
        if stream.get_mut().write_all(&request).await.is_err() {
            came.broken += 1;
            break;
        }
        if answer(&mut stream, &mut came).await.is_none() {
            came.broken += 1;
            break;
        }
        came.micros.push(u64::try_from(moment.elapsed().as_micros()).unwrap_or(u64::MAX));
        moment += step;
    }
    came
}

fn request(plan: &Plan) -> Vec<u8> {
    let (method, rest) = match &plan.body {
        None => ("GET", String::new()),
        Some(body) => {
            let length = body.len();
            ("POST", format!("content-type: application/json\r\ncontent-length: {length}\r\n"))
        }
    };
    let front = format!("{method} {} HTTP/1.1\r\nhost: {}\r\n{rest}\r\n", plan.path, plan.address);
    let mut request = front.into_bytes();
    request.extend(plan.body.iter().flatten());
    request
}

/// Reads one answer; `None` where the connection ended.
async fn answer(stream: &mut BufReader<TcpStream>, came: &mut Came) -> Option<()> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        came.patient += usize::from(name.eq_ignore_ascii_case("retry-after"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    came.bytes += length;
    *came.statuses.entry(status).or_default() += 1;
    Some(())
}
