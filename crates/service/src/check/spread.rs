//! Does the same for many rows, in parts beside each other.

use std::future::Future;

use crate::refusal::DeskError;

/// Parts of the rows: the readers of a database are few, and others ask too.
const AT_ONCE: usize = 4;

/// What the work gives for the rows of each part, in the order of the rows.
///
/// # Errors
/// The first error that the work gives; what else was begun comes to its end unseen.
pub(super) async fn spread<I, O, W, F>(rows: Vec<I>, work: W) -> Result<Vec<O>, DeskError>
where
    I: Send + 'static,
    O: Send + 'static,
    W: Fn(Vec<I>) -> F,
    F: Future<Output = Result<Vec<O>, DeskError>> + Send + 'static,
{
    let share = rows.len().div_ceil(AT_ONCE).max(1);
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter();
    let mut tasks = Vec::with_capacity(AT_ONCE);
    loop {
        let part: Vec<I> = rows.by_ref().take(share).collect();
        if part.is_empty() {
            break;
        }
        tasks.push(tokio::spawn(work(part)));
    }
    for task in tasks {
        outcomes.extend(task.await.map_err(|error| DeskError::Internal(error.to_string()))??);
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::spread;
    use crate::refusal::DeskError;

    #[tokio::test]
    async fn outcomes_stand_in_the_order_of_the_rows() {
        for rows in [0_usize, 1, 3, 4, 5, 250] {
            let done = spread((0..rows).collect(), async |part: Vec<usize>| {
                if part.first().is_some_and(|row| row % 2 == 0) {
                    tokio::task::yield_now().await;
                }
                Ok(part.into_iter().map(|row| row * 10).collect())
            });
            assert_eq!(
                done.await.expect("done"),
                (0..rows).map(|row| row * 10).collect::<Vec<_>>()
            );
        }
        let failed = spread(vec![1, 2], async |part| match part.as_slice() {
            [1] => Ok(vec![()]),
            _ => Err(DeskError::NotFound("这一行")),
        });
        assert!(matches!(failed.await, Err(DeskError::NotFound("这一行"))));
    }
}
