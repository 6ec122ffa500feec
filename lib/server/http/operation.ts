import type { z } from 'zod'
import type { Visitor } from '../../auth/auth.ts'
import type { Identity } from '../../auth/identity.ts'
import type { RoleNeeded } from '../../auth/roles.ts'
import type { Person } from '../../model/answers/person.ts'
import type { ErrorCode } from '../../model/error.ts'
import type { MadeOf } from '../answers/answers.ts'
import type { Audited, Unaudited } from '../audit/calls.ts'
import type { Runtime } from '../runtime.ts'
import type { Touched } from '../teams/touched.ts'

export type AnyCall = Call<Record<string, string>, Record<string, unknown>, unknown>
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export type Call<P, Q, B> = {
  runtime: Runtime
  params: P
  query: Q
  body: B
  /** All query parameters as sent: for label filters. */
  search: URLSearchParams
  /** Who asks, as a change names them. */
  by: string
  person: Person | null
  /** Who asks, and of what kind: what is a person's own is asked of this, never of a name. */
  identity: Identity | null
  /** Whether whoever asks could still ask: for answers that stream. */
  still: Visitor['still']
  /** The address that the call came from; null where no connection is known. */
  from: string | null
  request: Request
}

/** One call of the API: what comes in, the verb, what goes out. The same schemas parse it and describe it in openapi.json. */
export type Operation = {
  method: Method
  /** Below /api/v1: `targets/{name}`. */
  path: string
  /** The least role that may make this call: the one place where that stands. */
  role: RoleNeeded
  /**
   * What it acts on, of all of which the role is needed: things that have labels, by which roles are given to teams. `everything`: only who has
   * the role everywhere may. `nothing`: it changes nothing but what is the caller's own. A call that is no GET says it.
   */
  touches?: 'everything' | 'nothing' | ((call: AnyCall) => Touched[])
  /** What stands in the audit log when it was called. A call that is no GET has one, or says why not. */
  audit?: Audited | Unaudited
  /** Allowed before a required second factor is set up. */
  ownAccount?: boolean
  summary: string
  tag: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Media type of a body that the operation itself reads as it comes: it is no JSON and has no bound here. */
  streams?: string
  answer: z.ZodType
  /** Media type of the answer. Default `application/json`. */
  type?: string
  /** Default 200. */
  status?: number
  /** Besides 400, 401, 403 and 500, which any call may answer. */
  problems: ErrorCode[]
  /**
   * Its answer reads the same for whoever may ask, and is made once for all who ask at about the same time: its `run` may look at nothing of who
   * asks, but at their grants where the query says `mine`. `targets`: of documents such as findings nothing stands in it.
   */
  shared?: MadeOf
  /** The target that it is about, where the replica that has it must run the call; null: whoever is called does. Absent: always. */
  runsAt?(call: Call<Record<string, string>, Record<string, unknown>, unknown>): string | null
  /** A `Response` is sent as it is. */
  run(call: Call<Record<string, string>, Record<string, unknown>, unknown>): unknown
}

type Shape<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> = Omit<
  Operation,
  'method' | 'params' | 'query' | 'body' | 'touches' | 'shared' | 'runsAt' | 'run' | 'problems'
> & {
  params?: P
  query?: Q
  body?: B
  problems?: ErrorCode[]
  runsAt?(call: Call<z.output<P>, z.output<Q>, z.output<B>>): string | null
  run(call: Call<z.output<P>, z.output<Q>, z.output<B>>): unknown
} & (
    | { method: 'GET'; touches?: undefined; shared?: MadeOf }
    | {
        shared?: undefined
        method: Exclude<Method, 'GET'>
        touches: 'everything' | 'nothing' | ((call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Touched[])
      }
  )

/** Keeps the types of what a call takes together with its verb. */
export function operation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType<undefined>,
>(shape: Shape<P, Q, B>): Operation {
  return { problems: [], ...shape } as unknown as Operation
}
