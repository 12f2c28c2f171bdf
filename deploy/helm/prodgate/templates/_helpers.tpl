{{- define "prodgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "prodgate.selector" . }}
{{- end }}

{{- define "prodgate.selector" -}}
app.kubernetes.io/name: prodgate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The job by which Prometheus knows a part, whatever the release's name: rules choose and tell installations apart by it. */ -}}
{{- define "prodgate.job" -}}
{{ regexMatch "^prodgate(-|$)" .Release.Name | ternary "" "prodgate-" }}{{ .Release.Name }}
{{- end }}

{{- /* The image; a digest goes before a tag. Takes root, tag, digest. */ -}}
{{- define "prodgate.image" -}}
{{- $image := .root.Values.image -}}
{{- $digest := .digest | default (ternary "" $image.digest (not (empty .tag))) -}}
{{ $image.repository }}{{ if $digest }}@{{ $digest }}{{ else }}:{{ .tag | default $image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* The environment: values in clear, secrets by reference, files by the path at which they are mounted. Takes root, part. */ -}}
{{- define "prodgate.env" -}}
{{- $root := .root }}
{{- range $name, $value := merge (dict) .part.settings $root.Values.settings }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- range $name, $from := merge (dict) .part.secrets $root.Values.secrets }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key | quote }}}}
{{- end }}
{{- range $name, $from := merge (dict) .part.files $root.Values.files }}
- {name: {{ $name }}, value: {{ include "prodgate.folder" $name }}/{{ $from.key }}}
{{- end }}
{{- end }}

{{- define "prodgate.folder" -}}
/etc/prodgate/{{ . | trimPrefix "PRODGATE_" | lower | replace "_" "-" }}
{{- end }}

{{- /* What every process may write to: its own data, which may be lost, and /tmp. Folders of Secrets are mounted whole: a key
that is swapped is picked up. Takes root, part. */ -}}
{{- define "prodgate.volumes" -}}
- name: data
  {{- if .part.data.storageClass }}
  ephemeral:
    volumeClaimTemplate:
      spec:
        accessModes: [ReadWriteOnce]
        storageClassName: {{ .part.data.storageClass }}
        resources: {requests: {storage: {{ .part.data.size }}}}
  {{- else }}
  emptyDir: {sizeLimit: {{ .part.data.size }}}
  {{- end }}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
{{- range $name, $from := merge (dict) .part.files .root.Values.files }}
- name: {{ base (include "prodgate.folder" $name) }}
  secret: {secretName: {{ $from.name }}, defaultMode: 0440, items: [{key: {{ $from.key | quote }}, path: {{ $from.key | quote }}}]}
{{- end }}
{{- end }}

{{- define "prodgate.mounts" -}}
- {name: data, mountPath: /var/lib/prodgate}
- {name: tmp, mountPath: /tmp}
{{- range $name, $from := merge (dict) .part.files .root.Values.files }}
- {name: {{ base (include "prodgate.folder" $name) }}, mountPath: {{ include "prodgate.folder" $name }}, readOnly: true}
{{- end }}
{{- end }}

{{- /* A pod but its container's own part. Takes root, part, component. */ -}}
{{- define "prodgate.pod" -}}
serviceAccountName: {{ .root.Release.Name }}-{{ .component }}
automountServiceAccountToken: false
# Kubernetes would add a variable PRODGATE_… for each Service whose name begins so.
enableServiceLinks: false
terminationGracePeriodSeconds: 30
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
topologySpreadConstraints:
  {{- range tuple "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {app.kubernetes.io/instance: {{ $.root.Release.Name }}, app.kubernetes.io/component: {{ $.component }}}}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
volumes: {{ include "prodgate.volumes" . | nindent 2 }}
{{- end }}

{{- define "prodgate.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* The builds that run: one without a name, or those that a Worker Deployment chooses among. */ -}}
{{- define "prodgate.builds" -}}
{{- if .Values.worker.deployment -}}
{{- .Values.worker.builds | toJson -}}
{{- else -}}
{{- list (dict "id" "" "tag" "") | toJson -}}
{{- end -}}
{{- end }}

{{- /* The name of a build's objects. Takes root, id. */ -}}
{{- define "prodgate.worker" -}}
{{ .root.Release.Name }}-worker{{ if .id }}-{{ .id | lower | replace "." "-" | replace "_" "-" | replace "+" "-" }}{{ end }}
{{- end }}
