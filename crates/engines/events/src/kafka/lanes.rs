//! What a member has received and not yet handled, by partition: each partition is a lane, in which
//! one batch is handled at a time, in order, beside those of the others.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use ashlar_core::events::Incoming;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::watch;

use super::batch::Batch;

/// How many messages are handled together at most.
const BATCH: usize = 500;

/// With so many messages waiting a partition pauses …
const HIGH: usize = 2000;

/// … until so few are left.
const LOW: usize = 500;

/// A partition of a topic.
pub(super) type Place = (Arc<str>, i32);

/// The partitions that have had messages.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<Place, Lane>,
    /// How many lanes there were: tells one from the next of the same place.
    count: u64,
}

struct Lane {
    number: u64,
    waiting: VecDeque<Received>,
    /// What is being handled; to tell it when there is no use in trying again.
    under_way: Option<watch::Sender<bool>>,
    is_paused: bool,
    /// The partition is about to be somebody else's: nothing more is begun.
    is_leaving: bool,
    /// The offset to go on from, until it is committed.
    handled: Option<i64>,
}

/// A message, and the event in it, if there is one for this group.
pub(super) struct Received {
    pub(super) offset: i64,
    pub(super) event: Option<Incoming>,
}

/// Which lane a batch is of.
#[derive(Clone, Debug)]
pub(super) struct LaneId {
    pub(super) place: Place,
    number: u64,
}

impl Lanes {
    /// Puts a message at the end of its lane.
    pub(super) fn receive(&mut self, place: Place, received: Received) {
        let count = &mut self.count;
        let lane = self.lanes.entry(place).or_insert_with(|| {
            *count += 1;
            Lane::new(*count)
        });
        if !lane.is_leaving {
            lane.waiting.push_back(received);
        }
    }

    /// The next batch of each lane that has one, and where nothing is under way.
    pub(super) fn begin(&mut self) -> Vec<Batch> {
        self.lanes
            .iter_mut()
            .filter_map(|(place, lane)| lane.begin(place))
            .collect()
    }

    /// Notes that a batch has ended: `is_handled`, or given up.
    pub(super) fn end(&mut self, id: &LaneId, next: i64, is_handled: bool) {
        let lane = self.lanes.get_mut(&id.place);
        // The partition may have been given back meanwhile, and have come again.
        if let Some(lane) = lane.filter(|lane| lane.number == id.number) {
            lane.under_way = None;
            if is_handled {
                lane.handled = Some(next);
            }
        }
    }

    /// What was handled and is not committed; it counts as committed now.
    pub(super) fn take_handled(&mut self) -> Option<TopicPartitionList> {
        let mut list = TopicPartitionList::new();
        for ((topic, partition), lane) in &mut self.lanes {
            if let Some(next) = lane.handled.take() {
                // An offset that was received can be written.
                let _ = list.add_partition_offset(topic, *partition, Offset::Offset(next));
            }
        }
        (list.count() > 0).then_some(list)
    }

    /// The partitions that have too much waiting, which count as paused now.
    pub(super) fn pause(&mut self) -> Option<TopicPartitionList> {
        self.turn(|lane| {
            let is_full = !lane.is_paused && lane.waiting.len() >= HIGH;
            lane.is_paused |= is_full;
            is_full
        })
    }

    /// The paused partitions that have room again, which count as resumed now.
    pub(super) fn resume(&mut self) -> Option<TopicPartitionList> {
        self.turn(|lane| {
            let has_room = lane.is_paused && !lane.is_leaving && lane.waiting.len() <= LOW;
            lane.is_paused &= !has_room;
            has_room
        })
    }

    /// Those of which `turn` says that it changed them.
    fn turn(&mut self, mut turn: impl FnMut(&mut Lane) -> bool) -> Option<TopicPartitionList> {
        let mut list = TopicPartitionList::new();
        for ((topic, partition), lane) in &mut self.lanes {
            if turn(lane) {
                list.add_partition(topic, *partition);
            }
        }
        (list.count() > 0).then_some(list)
    }

    /// Begins nothing more in `partitions`, and forgets what waits there. What is under way may end,
    /// but is not tried again.
    pub(super) fn leave(&mut self, partitions: &TopicPartitionList) {
        for place in places(partitions) {
            if let Some(lane) = self.lanes.get_mut(&place) {
                lane.leave();
            }
        }
    }

    /// As [`Lanes::leave`], with all of them.
    pub(super) fn leave_all(&mut self) {
        self.lanes.values_mut().for_each(Lane::leave);
    }

    /// Whether something is under way in `partitions`.
    pub(super) fn is_busy(&self, partitions: &TopicPartitionList) -> bool {
        places(partitions)
            .iter()
            .filter_map(|place| self.lanes.get(place))
            .any(|lane| lane.under_way.is_some())
    }

    /// Forgets `partitions`.
    pub(super) fn remove(&mut self, partitions: &TopicPartitionList) {
        for place in places(partitions) {
            self.lanes.remove(&place);
        }
    }
}

impl Lane {
    fn new(number: u64) -> Self {
        Self {
            number,
            waiting: VecDeque::new(),
            under_way: None,
            is_paused: false,
            is_leaving: false,
            handled: None,
        }
    }

    fn begin(&mut self, place: &Place) -> Option<Batch> {
        if self.under_way.is_some() || self.waiting.is_empty() {
            return None;
        }
        let batch: Vec<Received> = self
            .waiting
            .drain(..self.waiting.len().min(BATCH))
            .collect();
        let next = batch.last()?.offset + 1;
        let (under_way, is_given_up) = watch::channel(false);
        self.under_way = Some(under_way);
        Some(Batch {
            lane: LaneId {
                place: place.clone(),
                number: self.number,
            },
            events: batch
                .into_iter()
                .filter_map(|message| message.event)
                .collect(),
            next,
            is_given_up,
        })
    }

    fn leave(&mut self) {
        self.is_leaving = true;
        self.waiting.clear();
        if let Some(under_way) = &self.under_way {
            under_way.send_replace(true);
        }
    }
}

fn places(partitions: &TopicPartitionList) -> Vec<Place> {
    partitions
        .elements()
        .iter()
        .map(|element| (element.topic().into(), element.partition()))
        .collect()
}
