import { expect, test } from 'vitest'
import { createPasswordHashes, PRESENT_COST } from './passwordHash.ts'

const CHEAP = { ln: 10, r: 8, p: 1 }

test('a hash costs what OWASP asks for at least, says so itself, and blocks nobody meanwhile', { timeout: 20_000 }, async () => {
  const hashes = createPasswordHashes(PRESENT_COST)
  let turns = 0
  const ticking = setInterval(() => turns++, 5)
  const hash = await hashes.hash('correct horse battery')
  clearInterval(ticking)
  expect(turns).toBeGreaterThan(3)
  expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$/)
  expect(await hashes.fits('correct horse battery', hash, false)).toBe('yes')
})
test('each has a salt of its own; another password, or nobody, fits none', async () => {
  const hashes = createPasswordHashes(CHEAP)
  const [one, two] = [await hashes.hash('x'), await hashes.hash('x')]
  expect(one).not.toBe(two)
  expect(await hashes.fits('y', one, false)).toBe('no')
  expect(await hashes.fits('x', undefined, false)).toBe('no')
  expect(await hashes.fits('x', 'made up', false)).toBe('no')
  expect(await createPasswordHashes({ ...CHEAP, ln: 11 }).fits('x', one, false)).toBe('stale')
})
test('a crowd is refused before it costs memory, and who is known goes first', async () => {
  const hashes = createPasswordHashes(CHEAP)
  const hash = await hashes.hash('x')
  const order: string[] = []
  const crowd = Array.from({ length: 40 }, () =>
    hashes.fits('y', hash, false).then(
      () => order.push('stranger'),
      (error: { code: string }) => order.push(error.code),
    ),
  )
  const known = hashes.fits('x', hash, true).then(() => order.push('known'))
  await Promise.all([...crowd, known])
  expect(order.filter((who) => who === 'too_many').length).toBeGreaterThanOrEqual(19)
  expect(order.filter((who) => who !== 'too_many').indexOf('known')).toBeLessThan(3)
})
