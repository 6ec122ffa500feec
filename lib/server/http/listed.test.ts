import { expect, it } from 'vitest'
import { listed } from './listed.ts'

async function* of(items: unknown[], onEnd = () => {}) {
  try {
    yield* items
  } finally {
    onEnd()
  }
}

it('is the JSON that the list would be', async () => {
  for (const items of [[], [{ a: 1 }], [{ a: 'ä"\u2028' }, null, [2]]]) {
    const response = await listed('items', of(items))
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ items })
  }
})

it('throws what goes wrong before the first item, so that it is answered as a problem', async () => {
  const broken = async function* () {
    throw new Error('no')
    // biome-ignore lint/correctness/noUnreachable: a generator yields something.
    yield 1
  }
  await expect(listed('items', broken())).rejects.toThrow('no')
})

it('computes no more once nobody reads', async () => {
  let ended = false
  const response = await listed(
    'items',
    of([1, 2, 3], () => {
      ended = true
    }),
  )
  await response.body!.cancel()
  expect(ended).toBe(true)
})
