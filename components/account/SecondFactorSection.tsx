'use client'
import { useState } from 'react'
import { Ago } from '@/components/frame/Ago.tsx'
import { Badge } from '@/components/ui/badge.tsx'
import { Button } from '@/components/ui/button.tsx'
import { Facts, Section } from '@/components/ui/page.tsx'
import { Table } from '@/components/ui/table.tsx'
import { safe } from '@/lib/format/format.ts'
import type { AccountView } from '@/lib/model/answers/account.ts'
import { type Doing, SecondFactorDialog } from './SecondFactorDialog.tsx'

/** Asked for beside a password: codes of an app, or a passkey, which needs no password at all. */
export function SecondFactorSection({ account }: { account: AccountView }) {
  const [doing, setDoing] = useState<Doing | null>(null)
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
        <PasskeyTable passkeys={account.passkeys} onRemove={({ id, name }) => setDoing({ what: 'remove-passkey', id, name })} />
      )}
      {doing && <SecondFactorDialog doing={doing} account={account} onDoing={setDoing} />}
    </Section>
  )
}

type TableProps = { passkeys: AccountView['passkeys']; onRemove: (passkey: AccountView['passkeys'][number]) => void }

const PasskeyTable = ({ passkeys, onRemove }: TableProps) => (
  <div className="-mx-4 mt-3">
    <Table
      label="Passkeys"
      sticky={false}
      rows={passkeys}
      rowKey={(passkey) => passkey.id}
      columns={[
        { id: 'name', head: 'Passkey', grow: true, cell: ({ name }) => safe(name, 60) },
        { id: 'made', head: 'Added', from: 'sm', cell: ({ createdAt }) => <Ago at={createdAt} /> },
        { id: 'used', head: 'Last use', from: 'sm', cell: ({ usedAt }) => <Ago at={usedAt} /> },
        {
          id: 'remove',
          head: '',
          cell: (passkey) => (
            <Button look="danger" onClick={() => onRemove(passkey)}>
              Remove…
            </Button>
          ),
        },
      ]}
    />
  </div>
)
