module go.etcd.io/etcd/client/pkg/v3

go 1.26.0

require go.uber.org/zap v1.27.0
