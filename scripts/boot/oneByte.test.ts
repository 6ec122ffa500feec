import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { oneByte } from './oneByte.mjs'

describe('oneByte', () => {
  it('is the same program, in characters of one byte', () => {
    for (const program of [
      `'a → b'`,
      `\`\${1} → \\\\→ \${"–"}\``,
      `'\\→ \\\\→ \\\\\\→'`,
      `/[→–]+\\→/.exec('x→–→').index`,
      `'😀x'.replace(/[😀]/u, 'ü') + '😀'.length`,
      `({ 'größer →': 1, é: 2 })`,
      `const π = 3; /* → */ π // →`,
    ]) {
      const written = oneByte(program)
      expect(written).toMatch(/^[\0-\xff]*$/)
      expect(runInNewContext(written)).toEqual(runInNewContext(program))
    }
  })
})
