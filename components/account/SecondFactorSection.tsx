'use client'
import { useState } from 'react'
import { Ago } from '@/components/frame/Ago.tsx'
import { path, post } from '@/components/frame/api.ts'
import { Badge } from '@/components/ui/badge.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Facts, Section } from '@/components/ui/page.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { AddPasskey } from './AddPasskey.tsx'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { SetUpCodes } from './SetUpCodes.tsx'

type Doing =
  | { what: 'set-up-codes' | 'remove-codes' | 'renew' | 'add-passkey' }
  | { what: 'remove-passkey'; id: string; name: string }
  | { what: 'show-recovery'; codes: string[] }
  | null
const RENEW = 'New recovery codes'

/** Asked for beside a password: codes of an app, or a passkey, which needs no password at all. */
export function SecondFactorSection({ account }: { account: AccountView }) {
  const [doing, setDoing] = useState<Doing>(null)
  const close = () => setDoing(null)
  const show = (codes: string[] | null) => setDoing(codes ? { what: 'show-recovery', codes } : null)
  const any = account.codes || account.passkeys.length > 0
  return (
    <Section
      title="Second factor"
      note={account.required ? 'Required here.' : 'With one, a password that somebody has learned is not enough.'}
      actions={
        <Button onClick={() => setDoing({ what: 'add-passkey' })} disabledBecause={account.passkeysUnavailable}>
          Add a passkey…
        </Button>
      }
    >
      <Facts
        facts={[
          [
            'Authenticator app',
            <span key="codes" className="flex flex-wrap items-center gap-2">
              {account.codes ? 'set up' : 'not set up'}
              <Button onClick={() => setDoing({ what: account.codes ? 'remove-codes' : 'set-up-codes' })}>
                {account.codes ? 'Remove…' : 'Set up…'}
              </Button>
            </span>,
          ],
          any && [
            'Recovery codes',
            <span key="recovery" className="flex flex-wrap items-center gap-2">
              {account.recoveryLeft} left
              {account.recoveryLeft < 3 && <Badge tone="warning">few</Badge>}
              <Button onClick={() => setDoing({ what: 'renew' })}>New ones…</Button>
            </span>,
          ],
        ]}
      />
      {account.passkeys.length > 0 && (
        <div className="-mx-4 mt-3">
          <Table
            label="Passkeys"
            sticky={false}
            rows={account.passkeys}
            rowKey={(passkey) => passkey.id}
            columns={[
              { id: 'name', head: 'Passkey', grow: true, cell: ({ name }) => safe(name, 60) },
              { id: 'made', head: 'Added', from: 'sm', cell: ({ createdAt }) => <Ago at={createdAt} /> },
              { id: 'used', head: 'Last use', from: 'sm', cell: ({ usedAt }) => <Ago at={usedAt} /> },
              {
                id: 'remove',
                head: '',
                cell: ({ id, name }) => (
                  <Button look="danger" onClick={() => setDoing({ what: 'remove-passkey', id, name })}>
                    Remove…
                  </Button>
                ),
              },
            ]}
          />
        </div>
      )}
      {doing?.what === 'set-up-codes' && <SetUpCodes account={account} onClose={close} onDone={show} />}
      {doing?.what === 'add-passkey' && <AddPasskey account={account} onClose={close} onDone={show} />}
      {doing?.what === 'remove-codes' && (
        <ConfirmDialog
          title="Remove the authenticator app"
          verb="Remove it"
          account={account}
          run={(present) => post('session/codes/remove', { present })}
          onClose={close}
          onDone={close}
        >
          Its codes no longer sign you in.
        </ConfirmDialog>
      )}
      {doing?.what === 'remove-passkey' && (
        <ConfirmDialog
          title={`Remove the passkey ${safe(doing.name, 60)}`}
          verb="Remove it"
          account={account}
          run={(present) => post(path`session/passkeys/${doing.id}/remove`, { present })}
          onClose={close}
          onDone={close}
        >
          It no longer signs you in. Delete it in the device or password manager that keeps it too.
        </ConfirmDialog>
      )}
      {doing?.what === 'renew' && (
        <ConfirmDialog
          title={RENEW}
          verb="Make new codes"
          account={account}
          run={(present) => post<{ recovery: string[] }>('session/recovery', { present })}
          onClose={close}
          onDone={({ recovery }) => show(recovery)}
        >
          Those from before no longer work.
        </ConfirmDialog>
      )}
      {doing?.what === 'show-recovery' && <RecoveryCodes codes={doing.codes} onClose={close} />}
    </Section>
  )
}
