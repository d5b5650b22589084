"""Values that are rendered in every test that is about all of them."""

CLUSTER = {"im": {"replicas": 3}}

# In the words of the public chart, as somebody who runs it would have written them.
PUBLIC = {
    "mysql": {
        "enabled": True,
        "imageTag": "8.0",
        "mysqlPassword": "their-own-pass",
        "mysqlUser": "imuser",
        "persistence": {"enabled": True, "storageClass": "fast", "accessMode": "ReadWriteOnce", "size": "20Gi"},
        "nodeSelector": {"disk": "ssd"},
        "initializationFiles": {
            "imdb.sql": "CREATE DATABASE IF NOT EXISTS imdb;\nGRANT ALL PRIVILEGES ON imdb.* TO 'imuser'@'%';",
            "imdashdb.sql": "CREATE DATABASE IF NOT EXISTS imdashdb;\nGRANT ALL PRIVILEGES ON imdashdb.* TO 'imuser'@'%';",
        },
    },
    "mongodb": {
        "enabled": False,
        "architecture": "replicaset",
        "replicaCount": 2,
        "arbiter": {"enabled": False},
        "auth": {"replicaSetKey": "f00", "rootUser": "root", "rootPassword": "p"},
        "persistence": {"enabled": True, "storageClass": "", "accessMode": "ReadWriteOnce", "size": "8Gi"},
        "resources": {"requests": {"memory": "512Mi", "cpu": "250m"}},
    },
    "imdashboard": {
        "deploy": True,
        "image": "grycap/im-dashboard",
        "version": "2.5.0",
        "ingress": {"enabled": True, "type": "nginx", "host": "im.example.org", "path": "/im-dashboard",
                    "tls": [{"hosts": ["im.example.org"], "secretName": "im-tls"}]},
        "httproute": {"enabled": False, "type": "nginx", "gateway": {"name": "g", "namespace": "g"}, "path": "/im-dashboard"},
        "resources": {"requests": {"memory": "256Mi", "cpu": "250m"}},
        "oidc": {"name": "Example", "base_url": "https://issuer.example.org", "client_id": "c", "client_secret": 's"3\\cret',
                 "group_membership": '["im-users"]', "scopes": "openid email"},
        "support_email": "support@example.org",
        "analytics_tag": "",
        "loglevel": "info",
        "static_sites": [],
        "external_links": '[ { "url": "https://docs.example.org/",\n "menu_item_name": "Docs" } ]',
        # A Fernet key, once more in Base64, as data of a Secret are.
        "credentials_key": "WldWbFpXVmxaV1ZsWldWbFpXVmxaV1ZsWldWbFpXVmxaV1ZsWldVPQ==",
    },
    "im": {
        "version": "0.1.0",
        "image": "im",
        "ingress": {"enabled": True, "type": "nginx", "host": "im.example.org", "path": "/im",
                    "tls": [{"hosts": ["im.example.org"], "secretName": "im-tls"}]},
        "httproute": {"enabled": False, "type": "traefik", "gateway": {"name": "g", "namespace": "g"}, "path": "/im"},
        "resources": {"requests": {"memory": "1Gi", "cpu": "500m"}},
        "replicas": 3,
        "log": {"level": "DEBUG", "persistence": {"enabled": True, "storageclass": "", "accessmode": "ReadWriteOnce", "size": "8Gi"}},
        "config": [
            "MAX_VM_FAILS = 5",
            "VM_INFO_UPDATE_FREQUENCY = 30",
            "INF_CACHE_TIME = 7200",
            "OIDC_ISSUERS = https://issuer.example.org/",
            "ADMIN_USER = {\"username\": \"admin\", \"password\": \"a:b=c # d\"}",
            "[OpenNebula]",
            "TEMPLATE_CONTEXT = ''",
        ],
    },
    "vault": {
        "enabled": True,
        "resources": {"resources": {"cpu": "250m", "memory": "256Mi"}},
        "dataStorage": {"storageClass": "fast"},
        "injector": {"enabled": False},
    },
}

CASES = {
    "defaults": {},
    "one node with its log in a volume": {"im": {"log": {"persistence": {"enabled": True}}}},
    "three nodes": CLUSTER,
    "the public chart's values": PUBLIC,
    "the public chart's values, one node": {**PUBLIC, "im": {**PUBLIC["im"], "replicas": 1}},
    "what exists: MySQL, Redis, Vault, Secrets": {
        "im": {"replicas": 2, "secretConfig": {"OIDC_CLIENT_SECRET": {"name": "oidc", "key": "secret"}},
               "config": ["OIDC_CLIENT_ID = im", "OIDC_ISSUERS = https://issuer.example.org/"]},
        "cluster": {"existingSecret": "mine", "name": "im-production"},
        "mysql": {"enabled": False, "external": {"host": "db.example.org", "port": 3307, "user": "im", "database": "im",
                                                "existingSecret": "db", "existingSecretKey": "pass",
                                                "parameters": "ssl-mode=REQUIRED"}},
        "redis": {"enabled": False, "external": {"host": "redis.example.org", "tls": True, "user": "im", "existingSecret": "r"}},
        "vault": {"external": {"url": "https://vault.example.org"}},
    },
    "a Redis Sentinel by its URL": {
        "im": {"replicas": 3}, "redis": {"enabled": False, "external": {"urlSecret": "sentinel"}},
    },
    "no Redis": {"im": {"replicas": 3}, "redis": {"enabled": False}},
    "an ingress of Traefik": {
        "im": {"replicas": 3, "ingress": {"enabled": True, "type": "traefik", "host": "im.example.org"}},
        "imdashboard": {"deploy": True, "ingress": {"enabled": True, "type": "traefik", "path": "/"}},
    },
    "an ingress of NGINX at the root": {"im": {"ingress": {"enabled": True, "path": "/"}}},
    "routes of Traefik": {
        "im": {"httproute": {"enabled": True}},
        "imdashboard": {"deploy": True, "httproute": {"enabled": True}},
    },
    "routes of NGINX": {
        "im": {"replicas": 3, "httproute": {"enabled": True, "type": "nginx", "hostnames": ["im.example.org"]}},
        "imdashboard": {"deploy": True, "httproute": {"enabled": True, "type": "nginx"}},
    },
    "scaled by itself": {"im": {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 8}}},
    "watched": {
        "im": {"replicas": 3},
        "monitoring": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
                       "prometheusRule": {"enabled": True}},
    },
    "open to the world": {
        "im": {"replicas": 5},
        "haproxy": {"replicas": 3, "maxconn": 500, "rate": 200, "clients": 50, "tls": {"existingSecret": "im-tls"},
                    "service": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["192.0.2.0/24"]}},
    },
    "small and short": {
        "im": {"replicas": 2, "config": ["MAX_REQUEST_HEAD = 65536", "max_request_body: 1048576", "DRAIN_TIMEOUT = 300",
                                          "INF_CACHE_TIME = 5400"]},
        "haproxy": {"replicas": 1, "trustedProxies": ["192.0.2.0/24", "2001:db8::/32"]},
        "mysql": {"persistence": {"enabled": False}},
    },
    "closed": {
        "im": {"replicas": 3, "podDisruptionBudget": {"maxUnavailable": "34%"}},
        "imdashboard": {"deploy": True},
        "networkPolicy": {"clients": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}], "monitoring": []},
        "serviceAccount": {"create": False, "name": "theirs"},
    },
    "all that is placed": {
        "im": {"replicas": 3, "nodeSelector": {"a": "b"}, "tolerations": [{"key": "k", "operator": "Exists"}],
               "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                   {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}},
               "priorityClassName": "high", "podAnnotations": {"x": "y"}, "podLabels": {"team": "clouds"},
               "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy.example.org:3128"}],
               "extraVolumes": [{"name": "users", "secret": {"secretName": "users"}}],
               "extraVolumeMounts": [{"name": "users", "mountPath": "/etc/im/users", "readOnly": True}]},
        "imagePullSecrets": ["registry", {"name": "other"}],
        "fullnameOverride": "second",
    },
}
