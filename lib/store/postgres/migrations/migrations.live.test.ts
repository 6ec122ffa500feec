import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../../../test/live.ts'
import { type PostgresServer, startPostgres } from '../../../../test/postgres.ts'
import { createDatabase, type Database } from '../connection.ts'
import { migrate } from './migrations.ts'

describeWith(['postgres'], 'the schema in PostgreSQL', () => {
  let server: PostgresServer
  const open: Database[] = []
  const connect = (url: string) => {
    const database = createDatabase({ url, replica: 'test' })
    open.push(database)
    return database
  }
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(async () => {
    await Promise.all(open.map((database) => database.close()))
    await server[Symbol.asyncDispose]()
  })

  it('is made once by several replicas that start at the same moment', async () => {
    const url = await server.about.create()
    const replicas = [connect(url), connect(url), connect(url)]
    await Promise.all(replicas.map(migrate))
    await migrate(replicas[0]!)
    const steps = await replicas[0]!.query<{ number: number }>('SELECT number FROM evenkeel.migration ORDER BY number')
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1))
  })

  it('of a newer version stays as it is, and serves', async () => {
    const database = connect(await server.about.create())
    await migrate(database)
    await database.query("INSERT INTO evenkeel.migration (number, name) VALUES (1000, 'from tomorrow')")
    await migrate(database)
    const [row] = await database.query("SELECT * FROM evenkeel.write_documents('a', '{change}', '{one}', ARRAY['{}'], '{0}')")
    expect(row).toEqual({ noun: 'change', id: 'one', seq: expect.any(Number) })
  })

  it('holds what two wrote on the same ground once: the second is refused', async () => {
    const database = connect(await server.about.create())
    await migrate(database)
    const write = (json: string, base: number | null) =>
      database.query<{ seq: number }>('SELECT * FROM evenkeel.write_documents($1, $2, $3, $4, $5)', [
        'a',
        ['change'],
        ['x'],
        [json],
        [base],
      ])
    const [first] = await write('1', 0)
    const [second] = await write('2', first!.seq)
    expect(await write('3', first!.seq)).toEqual([])
    expect(await write('4', 0)).toEqual([])
    expect(await write('5', second!.seq)).toHaveLength(1)
    expect(await write('6', null)).toHaveLength(1)
    expect(await database.query("SELECT json FROM evenkeel.document WHERE noun = 'change'")).toEqual([{ json: '6' }])
  })

  it('holds one open finding of a rule and subject: what a replica that was cut off has found as well is refused, with its proposals', async () => {
    const database = connect(await server.about.create())
    await migrate(database)
    const write = async (noun: string, id: string, document: object, base = 0) => {
      const rows = await database.query<{ seq: number }>('SELECT * FROM evenkeel.write_documents($1, $2, $3, $4, $5)', ['a', [noun], [id], [JSON.stringify(document)], [base]]) // biome-ignore format: one line
      return rows[0]?.seq ?? null
    }
    const finding = (state: string, target = 'edge') => ({ rule: 'fleet/target-down', subject: { target }, state })
    const first = await write('finding', 'one', finding('firing'))
    expect(await write('finding', 'two', finding('pending'))).toBeNull()
    expect(await write('proposal', 'p', { finding: 'two', state: 'open' })).toBeNull()
    expect(await write('proposal', 'q', { finding: 'one', state: 'open' })).not.toBeNull()
    expect(await write('finding', 'other', finding('firing', 'cache'))).not.toBeNull()
    expect(await write('finding', 'one', finding('resolved'), first!)).not.toBeNull()
    expect(await write('finding', 'two', finding('pending'))).not.toBeNull()
  })
})
