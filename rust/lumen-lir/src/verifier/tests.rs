//! The verifier accepts what it should.
