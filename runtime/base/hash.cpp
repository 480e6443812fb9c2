// SHA-256: by the processor's own instructions where it has them, else through Poco.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/hash.h"

#include <Poco/SHA2Engine.h>

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace inquest {

std::string sha256_hex_portable(std::string_view bytes) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  while (!bytes.empty()) {  // Poco takes unsigned lengths
    const size_t part = bytes.size() < (1u << 30) ? bytes.size() : (1u << 30);
    engine.update(bytes.data(), static_cast<unsigned>(part));
    bytes.remove_prefix(part);
  }
  return Poco::DigestEngine::digestToHex(engine.digest());
}

#if defined(__x86_64__) && defined(__GNUC__)
namespace {

bool processor_has_sha() {
  static const bool has = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);  // SHA
  }();
  return has;
}

// FIPS 180-4, 4.2.2.
alignas(16) constexpr uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// Intel's "SHA Extensions" white paper (2013): the state as ABEF and CDGH, four rounds and four words at a time.
__attribute__((target("sha,sse4.1,ssse3"))) void add_blocks(uint32_t* state, const char* data, size_t n) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const auto load = [](const void* from) __attribute__((target("sha,sse4.1,ssse3"))) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); };
  __m128i low = _mm_shuffle_epi32(load(state), 0xb1), high = _mm_shuffle_epi32(load(state + 4), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0);
  for (; n > 0; --n, data += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
    for (int i = 0; i < 4; ++i) words[i] = _mm_shuffle_epi8(load(data + 16 * i), big_endian);
    for (int i = 0; i < 16; ++i) {
      __m128i& oldest = words[i & 3];
      const __m128i sum = _mm_add_epi32(oldest, load(round_constants + 4 * i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (i >= 12) continue;
      const __m128i newest = words[(i + 3) & 3];
      const __m128i part = _mm_add_epi32(_mm_sha256msg1_epu32(oldest, words[(i + 1) & 3]), _mm_alignr_epi8(newest, words[(i + 2) & 3], 4));
      oldest = _mm_sha256msg2_epu32(part, newest);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  low = _mm_shuffle_epi32(abef, 0x1b), high = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(high, low, 8));
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  if (!processor_has_sha()) return sha256_hex_portable(bytes);
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const size_t whole = bytes.size() / 64, rest = bytes.size() % 64;
  add_blocks(state, bytes.data(), whole);
  char end[128] = {};                                      // what is left, a one bit, zeros, the length in bits
  if (rest > 0) std::memcpy(end, bytes.data() + whole * 64, rest);
  end[rest] = static_cast<char>(0x80);
  const size_t blocks = rest < 56 ? 1 : 2;
  const uint64_t bits = static_cast<uint64_t>(bytes.size()) * 8;
  for (size_t i = 0; i < 8; ++i) end[blocks * 64 - 1 - i] = static_cast<char>(bits >> 8 * i);
  add_blocks(state, end, blocks);
  std::string out;
  for (const uint32_t word : state)
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 15];
  return out;
}

#else

std::string sha256_hex(std::string_view bytes) { return sha256_hex_portable(bytes); }

#endif

}  // namespace inquest
