import { describe, expect, it } from 'vitest'
import { cellsOf } from './cells.ts'

describe('cells', () => {
  it('are single targets where nothing links them', () => {
    expect(cellsOf(['b', 'a'], [])).toEqual([['a'], ['b']])
  })

  it('hold together what shares a ring or an edge, through others too', () => {
    const links = [
      ['ring:shop', 'cache-1', 'cache-2'],
      ['lb', 'cache-2'],
      ['gone', 'x'],
    ]
    expect(cellsOf(['x', 'lb', 'cache-2', 'ring:shop', 'cache-1'], links)).toEqual([['cache-1', 'cache-2', 'lb', 'ring:shop'], ['x']])
  })

  it('are the same whatever the order of the file', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const links = [
      ['a', 'c'],
      ['c', 'e'],
      ['b', 'd'],
    ]
    const other = cellsOf([...names].reverse(), [...links].reverse())
    expect(other).toEqual(cellsOf(names, links))
    expect(other).toEqual([
      ['a', 'c', 'e'],
      ['b', 'd'],
    ])
  })

  it('costs little for a chain of thousands', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `t${i}`)
    const chain = names.slice(1).map((name, i) => [names[i]!, name])
    expect(cellsOf(names, chain)).toHaveLength(1)
  })
})
