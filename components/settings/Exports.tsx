import { linkLook } from '@/components/frame/Go.tsx'
import { Code } from '@/components/ui/code.tsx'
import { Section } from '@/components/ui/page.tsx'

const WRITE = `series:
  write: "http://127.0.0.1:9090/api/v1/write"   # Prometheus with --web.enable-remote-write-receiver, VictoriaMetrics, Mimir, Thanos`

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
    </>
  )
}
