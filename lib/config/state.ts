import { z } from 'zod'
import { url } from '../model/marks.ts'

const FORM = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE'

/** Where replicas keep what they share. */
export const stateSchema = url(
  z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, { error: FORM, abort: true })
    .refine((text) => URL.canParse(text), {
      error: `${FORM}, with % codes for what an address does not allow; of a socket its folder: postgres://USER@%2Frun%2Fpostgresql/DATABASE`,
    }),
).meta({
  description:
    'A PostgreSQL database that holds findings, proposals, changes, silences, notices, accounts and the audit log, so that several Evenkeels are one. Default: the embedded store in `data`',
})

/** Who this process is among the replicas. */
export const replicaSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$/, { error: 'a name of 1 to 63 letters, digits and . _ : -' })
  .meta({
    'x-default': 'host name and process id',
    description: 'The name of this Evenkeel among those that share `state`; each needs one of its own',
  })
