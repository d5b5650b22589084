{{/* What all pods have in common. */}}

{{/* The part of a pod's spec that makes it a stranger to the cluster: no token, no variables of other services (which would
read as options: the service im-redis sets IM_REDIS_PORT), an ordinary user. Arguments: list $ user. */}}
{{- define "im.pod" -}}
{{- $ := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "map" . }}{{ .name }}{{ else }}{{ . }}{{ end }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ index . 1 }}
  runAsGroup: {{ index . 1 }}
  fsGroup: {{ index . 1 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "im.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Spreads pods over machines and zones, as far as there are some: list $ VALUES LABELS. */}}
{{- define "im.placement" -}}
{{- $values := index . 1 -}}{{- $labels := index . 2 | fromYaml -}}
{{- if $values.affinity }}
affinity:
  {{- toYaml $values.affinity | nindent 2 }}
{{- else }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- toYaml $labels | nindent 14 }}
      - weight: 50
        podAffinityTerm:
          topologyKey: topology.kubernetes.io/zone
          labelSelector:
            matchLabels:
              {{- toYaml $labels | nindent 14 }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The variables by which a process finds the database. */}}
{{- define "im.database" -}}
- name: MYSQL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "im.mysqlSecret" . }}
      key: {{ include "im.mysqlSecretKey" . }}
- name: IM_DATA_DB
  {{- if .Values.mysql.enabled }}
  value: mysql://{{ .Values.mysql.mysqlUser }}:$(MYSQL_PASSWORD)@{{ include "im.mysqlHost" . }}:3306/imdb
  {{- else }}
  {{- with .Values.mysql.external }}
  value: mysql://{{ .user }}:$(MYSQL_PASSWORD)@{{ .host }}:{{ .port }}/{{ .database }}{{ with .parameters }}?{{ . }}{{ end }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* The variables by which a node finds Redis, if there is one. */}}
{{- define "im.redis" -}}
{{- $redis := .Values.redis -}}
{{- $external := $redis.external -}}
{{- if $redis.enabled }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $redis.existingSecret | default (printf "%s-redis" .Release.Name) }}
      key: redis-password
- name: IM_REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@{{ .Release.Name }}-redis:6379/0
{{- else if $external.urlSecret }}
- name: IM_REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ $external.urlSecret }}
      key: {{ $external.urlSecretKey }}
{{- else if $external.host }}
{{- $login := "" }}
{{- if $external.existingSecret }}
{{- $login = printf "%s:$(REDIS_PASSWORD)@" $external.user }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $external.existingSecret }}
      key: {{ $external.existingSecretKey }}
{{- end }}
- name: IM_REDIS_URL
  value: redis{{ if $external.tls }}s{{ end }}://{{ $login }}{{ $external.host }}:{{ $external.port }}/{{ $external.database }}
{{- end }}
{{- end }}
