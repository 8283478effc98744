//! The memory that argon2 fills. Each thread keeps it from one hash to the next: taken anew from the system, 19 MiB
//! come page by page, which is a quarter of a sign-in.

use std::cell::RefCell;

use argon2::{
    Argon2, Block, Params,
    password_hash::{self, phc::Output},
};

thread_local! {
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// What `argon2` makes of `password`, in this thread's memory.
pub(super) fn hashed(
    argon2: &Argon2<'_>,
    password: &[u8],
    salt: &[u8],
) -> Result<Output, password_hash::Error> {
    let params = argon2.params();
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    BLOCKS.with_borrow_mut(|blocks| {
        if blocks.len() < params.block_count() {
            blocks.resize(params.block_count(), Block::new());
        }
        let mut output = [0; Output::MAX_LENGTH];
        let output = output
            .get_mut(..length)
            .ok_or(password_hash::Error::OutputSize)?;
        argon2.hash_password_into_with_memory(password, salt, output, blocks.as_mut_slice())?;
        Ok(Output::new(output)?)
    })
}

/// Gives this thread's memory back to the system.
pub(super) fn release() {
    BLOCKS.take();
}
