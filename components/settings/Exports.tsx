import { Ago } from '@/components/frame/Ago.tsx'
import { linkLook } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { Code } from '@/components/ui/code.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { GrafanaView } from '@/lib/model/answers/grafana.ts'

const WRITE = `series:
  write: "http://127.0.0.1:9090/api/v1/write"   # Prometheus with --web.enable-remote-write-receiver, VictoriaMetrics, Mimir, Thanos`

const GRAFANA = `grafana:
  url: "https://grafana.example.com"
  token_file: /run/secrets/grafana   # of a service account that may write annotations`

/** What Evenkeel gives to Prometheus and Grafana. */
export function Exports() {
  return (
    <>
      <Section title="Alerts in Prometheus">
        <p className="max-w-prose">
          <a className={linkLook} href="/api/v1/export/prometheus-rules" download="evenkeel-rules.yml">
            evenkeel-rules.yml
          </a>{' '}
          tells that Evenkeel itself works, each finding (by its <code className="font-mono text-xs">/metrics</code>), and the plain rules
          with the thresholds in force, which hold while Evenkeel is down.
        </p>
      </Section>
      <Section title="A dashboard in Grafana">
        <p className="max-w-prose">
          <a className={linkLook} href="/api/v1/export/grafana" download="evenkeel-dashboard.json">
            evenkeel-dashboard.json
          </a>{' '}
          shows the present fleet: caches, pools and rings, with findings as annotations. Its series arrive by remote write:
        </p>
        <div className="mt-3 max-w-3xl">
          <Code label="Remote write" text={WRITE} />
        </div>
      </Section>
      <Annotations />
    </>
  )
}

/** Whether changes, incidents and annotations stand in Grafana's charts. */
function Annotations() {
  const { data } = useApi<GrafanaView>(['grafana'], 'grafana', { everyMs: 10_000 })
  return (
    <Section title="Annotations in Grafana">
      <p className="max-w-prose">Each change and each incident is drawn into the charts of Grafana, with its begin, its end and a link.</p>
      {data?.configured ? (
        <p className="mt-2 flex flex-wrap items-center gap-3 text-sm">
          {data.failing ? (
            <>
              <Status tone="warning">not taken</Status>
              <span>
                {safe(data.failing.answer, 100)}, since <Ago at={data.failing.since} />
              </span>
            </>
          ) : (
            <Status tone={data.pushedAt ? 'ok' : 'info'}>{data.pushedAt ? 'taken' : 'nothing to push yet'}</Status>
          )}
          <span className="text-dim">
            Last taken <Ago at={data.pushedAt} />.
          </span>
        </p>
      ) : (
        data && (
          <div className="mt-3 max-w-3xl">
            <Code label="Annotations" text={GRAFANA} />
          </div>
        )
      )}
    </Section>
  )
}
