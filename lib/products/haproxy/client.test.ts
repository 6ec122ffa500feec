import { expect, test } from 'vitest'
import { ask } from './client.ts'

test.each(['show info; shutdown frontend web', 'show info\nshutdown frontend web', 'show info\rx'])(
  'a second command in one is not sent: %j',
  async (command) => {
    // Nothing listens there: it is refused before.
    await expect(ask({ path: '/nonexistent' }, command, AbortSignal.timeout(1_000))).rejects.toMatchObject({ code: 'bad_request' })
  },
)
