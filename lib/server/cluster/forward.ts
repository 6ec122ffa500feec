import { z } from 'zod'
import type { Identity } from '../../auth/identity.ts'
import type { Person } from '../../model/answers/person.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Call, Operation } from '../http/operation.ts'
import type { Runtime } from '../runtime.ts'

/** A call as it goes from the replica that received it, which has asked for the role, to the one that runs it. */
const forwarded = z.object({
  method: z.string(),
  path: z.string(),
  params: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.unknown()),
  body: z.unknown().optional(),
  search: z.string(),
  by: z.string(),
  person: z.unknown(),
  identity: z.unknown(),
  from: z.string().nullable(),
})

type AnyCall = Call<Record<string, string>, Record<string, unknown>, unknown>

/** Runs a call here, or has it run by the replica that looks after what it is about. Throws as the call does. */
export async function runWhereOwned(operation: Operation, call: AnyCall): Promise<unknown> {
  const { cluster, engine, store } = call.runtime
  const target = operation.runsAt?.(call) ?? null
  if (target === null) return operation.run(call)
  const lease = engine.leaseOf(target)
  if (cluster.owns(lease)) {
    const answer = await operation.run(call)
    // Whoever is told of it finds it on every replica.
    await store.durable()
    return answer
  }
  const { method, path } = operation
  const { params, query, body, search, by, person, identity, from } = call
  const answer = await cluster.ask(lease, { method, path, params, query, body, search: search.toString(), by, person, identity, from })
  // What the caller asks for next is known here too.
  await cluster.caughtUp()
  return answer
}

/** Runs a call that another replica has received. */
export async function runForwarded(runtime: Runtime, operations: readonly Operation[], request: unknown): Promise<unknown> {
  const { method, path, search, body, person, identity, ...call } = forwarded.parse(request)
  const operation = operations.find((one) => one.method === method && one.path === path)
  if (!operation)
    throw new EvenkeelError('unavailable', 'The replica that has this target is of another version and does not know this call.')
  const answer = await operation.run({
    ...call,
    body,
    runtime,
    search: new URLSearchParams(search),
    person: person as Person | null,
    identity: identity as Identity | null,
    still: async () => true,
    request: new Request(`http://replica/api/v1/${path}`, { method: 'POST' }),
  })
  // Whoever asks this replica after it finds it done.
  runtime.answers.changed()
  await runtime.store.durable()
  return answer
}
