//! The children, and what is done to them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use crate::worker::{Line, Task};

/// Something that was done to a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blow {
    pub(crate) process: usize,
    pub(crate) from: SystemTime,
    /// When a process that was stopped went on; `None` when it was killed.
    pub(crate) until: Option<SystemTime>,
}

/// The number of a process, and a line of it.
type Said = (usize, Line);

pub(crate) struct Processes {
    /// What they do, but for the number of the process.
    task: Task,
    running: Vec<Running>,
    started: usize,
    pub(crate) blows: Vec<Blow>,
    said: (Sender<Said>, Receiver<Said>),
}

struct Running {
    /// Counts all processes that were ever started.
    number: usize,
    child: Child,
    stopped: Option<(SystemTime, Instant)>,
}

impl Processes {
    pub(crate) fn new(task: Task) -> Self {
        Self { task, running: Vec::new(), started: 0, blows: Vec::new(), said: channel() }
    }

    pub(crate) fn start(&mut self) {
        let number = self.started;
        self.started += 1;
        let (name, value) = Task { process: number, ..self.task.clone() }.to_env();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(name, value).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (lines, sender) = (BufReader::new(child.stdout.take().unwrap()).lines(), self.said.0.clone());
        // It ends with the child, or when nobody listens any more.
        std::thread::spawn(move || {
            lines.map_while(Result::ok).try_for_each(|line| sender.send((number, Line::read(&line))))
        });
        self.running.push(Running { number, child, stopped: None });
    }

    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    /// Kills a process and starts another one in its place.
    pub(crate) fn kill(&mut self, index: usize) {
        let mut victim = self.running.swap_remove(index);
        if let Some((from, _)) = victim.stopped {
            self.note(victim.number, from, Some(SystemTime::now()));
        }
        victim.child.kill().unwrap();
        victim.child.wait().unwrap();
        // Only now it is sure to do nothing more.
        self.note(victim.number, SystemTime::now(), None);
        self.start();
    }

    /// Stops a process for a while, unless it is stopped already.
    pub(crate) fn stop(&mut self, index: usize, pause: Duration) {
        let process = &mut self.running[index];
        if process.stopped.is_none() {
            process.stopped = Some((SystemTime::now(), Instant::now() + pause));
            process.signal("STOP");
        }
    }

    /// Lets those go on whose pause is over by then.
    pub(crate) fn go_on(&mut self, then: Instant) {
        for index in 0..self.running.len() {
            let process = &mut self.running[index];
            if let Some((from, _)) = process.stopped.take_if(|(_, end)| *end <= then) {
                process.signal("CONT");
                let number = process.number;
                self.note(number, from, Some(SystemTime::now()));
            }
        }
    }

    /// Lets all come to their end.
    pub(crate) fn finish(&mut self, patience: Duration) {
        self.go_on(Instant::now() + Duration::from_secs(24 * 60 * 60));
        self.running.iter_mut().for_each(|process| drop(process.child.stdin.take()));
        let begun = Instant::now();
        for mut process in self.running.drain(..) {
            loop {
                if let Some(status) = process.child.try_wait().unwrap() {
                    assert!(status.success(), "process {} ended with {status}", process.number);
                    break;
                }
                assert!(begun.elapsed() < patience, "process {} does not come to its end", process.number);
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// What the processes have said since the last time.
    pub(crate) fn said(&self) -> impl Iterator<Item = Said> {
        self.said.1.try_iter()
    }

    fn note(&mut self, process: usize, from: SystemTime, until: Option<SystemTime>) {
        self.blows.push(Blow { process, from, until });
    }
}

impl Running {
    fn signal(&self, signal: &str) {
        let status = Command::new("sh").args(["-c", &format!("kill -s {signal} {}", self.child.id())]).status();
        assert!(status.unwrap().success(), "{signal}");
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.running {
            // Only after a panic are there any left.
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
    }
}
