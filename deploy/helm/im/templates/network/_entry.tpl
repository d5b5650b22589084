{{/*
The way from outside to a service: an Ingress and an HTTPRoute, and what Traefik and NGINX need besides: the path before those of
the API is taken off and told in X-Forwarded-Prefix, bodies are as large as the service takes, and changes may take long.

Arguments: dict "root" $ "values" VALUES "name" NAME "short" NAME "service" NAME "port" PORT
*/}}
{{- define "im.entry" -}}
{{- $ := .root -}}
{{- $ingress := .values.ingress -}}
{{- $route := .values.httproute -}}
{{- $byTraefik := include "im.byTraefik" (list $ .values) -}}
{{- $routed := include "im.routed" (list $ .values) -}}
{{- if $byTraefik }}
---
apiVersion: traefik.io/v1alpha1
kind: ServersTransport
metadata:
  name: {{ .short }}-transport
  labels:
    {{- include "im.labels" (list $ "entry") | nindent 4 }}
spec:
  forwardingTimeouts:
    dialTimeout: 30s
    responseHeaderTimeout: 1800s
    idleConnTimeout: 60s
{{- end }}
{{- if $ingress.enabled }}
{{- $prefix := trimSuffix "/" $ingress.path }}
{{- if eq $ingress.type "traefik" }}
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata:
  name: {{ .short }}-rewrite
  labels:
    {{- include "im.labels" (list $ "entry") | nindent 4 }}
spec:
  stripPrefix:
    prefixes:
      - {{ $prefix | default "/" }}
{{- end }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name }}
  labels:
    {{- include "im.labels" (list $ "entry") | nindent 4 }}
  annotations:
    {{- if eq $ingress.type "traefik" }}
    traefik.ingress.kubernetes.io/router.middlewares: {{ $.Release.Namespace }}-{{ .short }}-rewrite@kubernetescrd
    {{- else }}
    nginx.ingress.kubernetes.io/client-body-buffer-size: 64k
    nginx.ingress.kubernetes.io/proxy-body-size: 20m
    nginx.ingress.kubernetes.io/proxy-connect-timeout: "30"
    nginx.ingress.kubernetes.io/proxy-send-timeout: "1800"
    nginx.ingress.kubernetes.io/proxy-read-timeout: "1800"
    # A change is not sent again by the ingress: it could be made twice.
    nginx.ingress.kubernetes.io/proxy-next-upstream: error
    nginx.ingress.kubernetes.io/rewrite-target: /$1
    nginx.ingress.kubernetes.io/use-regex: "true"
    {{- if $prefix }}
    nginx.ingress.kubernetes.io/x-forwarded-prefix: {{ $prefix }}
    {{- end }}
    {{- end }}
    {{- with $ingress.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  rules:
    - http:
        paths:
          {{- if eq $ingress.type "traefik" }}
          - path: {{ $prefix | default "/" }}
            pathType: Prefix
          {{- else }}
          - path: {{ $prefix }}/?(.*)
            pathType: ImplementationSpecific
          {{- end }}
            backend:
              service:
                name: {{ .service }}
                port:
                  number: {{ .port }}
      {{- with $ingress.host }}
      host: {{ . }}
      {{- end }}
  {{- with $ingress.tls }}
  tls:
    {{- tpl (toYaml .) $ | nindent 4 }}
  {{- end }}
{{- end }}
{{- if $routed }}
{{- $prefix := trimSuffix "/" $route.path }}
{{- if eq $route.type "nginx" }}
---
apiVersion: gateway.nginx.org/v1alpha1
kind: SnippetsFilter
metadata:
  name: {{ .short }}-snippets
  labels:
    {{- include "im.labels" (list $ "entry") | nindent 4 }}
spec:
  snippets:
    - context: http.server.location
      value: |
        proxy_connect_timeout 30s;
        proxy_send_timeout 1800s;
        proxy_read_timeout 1800s;
        client_max_body_size 20m;
        client_body_buffer_size 64k;
{{- end }}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {{ .name }}
  labels:
    {{- include "im.labels" (list $ "entry") | nindent 4 }}
spec:
  parentRefs:
    - name: {{ $route.gateway.name }}
      namespace: {{ $route.gateway.namespace }}
  {{- with $route.hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: {{ $prefix | default "/" }}
      filters:
        {{- if $prefix }}
        - type: URLRewrite
          urlRewrite:
            path:
              type: ReplacePrefixMatch
              replacePrefixMatch: /
        # Set, not added: a client could have sent one.
        - type: RequestHeaderModifier
          requestHeaderModifier:
            set:
              - name: X-Forwarded-Prefix
                value: {{ $prefix }}
        {{- end }}
        {{- if eq $route.type "nginx" }}
        - type: ExtensionRef
          extensionRef:
            group: gateway.nginx.org
            kind: SnippetsFilter
            name: {{ .short }}-snippets
        {{- end }}
      backendRefs:
        - name: {{ .service }}
          port: {{ .port }}
{{- end }}
{{- end }}
