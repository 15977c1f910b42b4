//! What is protected: nobody reads it below its role, nobody writes it blindly, looks at door codes are
//! recorded, and what is erased is gone.

mod canary;
mod codes;
mod derived;
mod erase;
mod filters;
mod writes;
