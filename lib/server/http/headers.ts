/** Headers of every answer of the API. */
export const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
