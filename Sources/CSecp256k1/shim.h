#ifndef CSECP256K1_SHIM_H
#define CSECP256K1_SHIM_H
#include <secp256k1.h>
#include <secp256k1_recovery.h>
// Macros with casts, which Swift does not import.
static const unsigned int csecp256k1_context_sign_verify = SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY;
static const unsigned int csecp256k1_uncompressed = SECP256K1_EC_UNCOMPRESSED;
#endif
