//! Sorts any number of records of one size in a few megabytes: runs in a file without a name, then merged.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufWriter, Write},
    sync::Arc,
};

/// Records that are sorted in memory at once.
const CHUNK: usize = 1 << 16;

pub(super) struct Sorter<const N: usize> {
    chunk: Vec<[u8; N]>,
    runs: Option<BufWriter<File>>,
    /// How many records each run has.
    lengths: Vec<u64>,
}

impl<const N: usize> Sorter<N> {
    pub(super) fn new() -> Self {
        Self { chunk: Vec::new(), runs: None, lengths: Vec::new() }
    }

    pub(super) fn push(&mut self, record: [u8; N]) -> io::Result<()> {
        self.chunk.push(record);
        if self.chunk.len() == CHUNK { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.chunk.sort_unstable();
        let out = match &mut self.runs {
            Some(runs) => runs,
            None => self.runs.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        for record in &self.chunk {
            out.write_all(record)?;
        }
        self.lengths.push(self.chunk.len() as u64);
        self.chunk.clear();
        Ok(())
    }

    /// All records, in the order of their bytes.
    pub(super) fn finish(mut self) -> io::Result<Records<N>> {
        if self.runs.is_none() {
            self.chunk.sort_unstable();
            return Ok(Records(Place::Memory(Arc::new(self.chunk))));
        }
        if !self.chunk.is_empty() {
            self.spill()?;
        }
        let Some(runs) = self.runs else { return Err(io::Error::other("the sorted runs are gone")) };
        let runs = Arc::new(runs.into_inner().map_err(io::IntoInnerError::into_error)?);
        let mut heads = BinaryHeap::new();
        let (mut readers, mut from) = (Vec::new(), 0);
        for length in &self.lengths {
            let mut reader = Records::<N>::at(runs.clone(), from, *length).iter();
            if let Some(first) = reader.next() {
                heads.push(Reverse((first?, readers.len())));
            }
            readers.push(reader);
            from += length * N as u64;
        }
        let mut out = BufWriter::new(tempfile::tempfile()?);
        while let Some(Reverse((record, run))) = heads.pop() {
            out.write_all(&record)?;
            if let Some(next) = readers[run].next() {
                heads.push(Reverse((next?, run)));
            }
        }
        let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Records::at(Arc::new(out), 0, self.lengths.iter().sum()))
    }
}

/// Records that can be read as often as wanted.
#[derive(Clone)]
pub(super) struct Records<const N: usize>(Place<N>);

#[derive(Clone)]
enum Place<const N: usize> {
    Memory(Arc<Vec<[u8; N]>>),
    File { file: Arc<File>, from: u64, count: u64 },
}

impl<const N: usize> Records<N> {
    /// So many records in a file, from this byte on.
    pub(super) fn at(file: Arc<File>, from: u64, count: u64) -> Self {
        Self(Place::File { file, from, count })
    }

    pub(super) fn len(&self) -> u64 {
        match &self.0 {
            Place::Memory(records) => records.len() as u64,
            Place::File { count, .. } => *count,
        }
    }

    pub(super) fn iter(&self) -> Iter<N> {
        Iter { records: self.clone(), next: 0, buffer: Vec::new(), at: 0 }
    }
}

pub(super) struct Iter<const N: usize> {
    records: Records<N>,
    next: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl<const N: usize> Iterator for Iter<N> {
    type Item = io::Result<[u8; N]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.records.len() {
            return None;
        }
        let record = match &self.records.0 {
            Place::Memory(records) => records[self.next as usize],
            Place::File { file, from, count } => {
                if self.at == self.buffer.len() {
                    let records = (count - self.next).min((1 << 16) / N as u64);
                    self.buffer.resize(records as usize * N, 0);
                    self.at = 0;
                    if let Err(e) = read_exact_at(file, &mut self.buffer, from + self.next * N as u64) {
                        self.next = *count;
                        return Some(Err(e));
                    }
                }
                let mut record = [0; N];
                record.copy_from_slice(&self.buffer[self.at..self.at + N]);
                self.at += N;
                record
            }
        };
        self.next += 1;
        Some(Ok(record))
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[read..];
        at += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn more_than_fits_in_memory_comes_out_in_order_each_time_it_is_read() {
        let count = CHUNK as u64 * 3 + 17;
        let mut sorter = Sorter::<9>::new();
        for i in 0..count {
            // All numbers once, far from their order, and many equal first bytes.
            let number = (i * 1_000_003) % count;
            let mut record = [0; 9];
            record[1..].copy_from_slice(&number.to_be_bytes());
            sorter.push(record).unwrap();
        }
        let records = sorter.finish().unwrap();
        for _ in 0..2 {
            let numbers = records.iter().map(|r| u64::from_be_bytes(r.unwrap()[1..].try_into().unwrap()));
            assert!(numbers.eq(0..count));
        }
    }
}
