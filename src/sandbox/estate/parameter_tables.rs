//! The parameters of each engine's groups, as tables. The names are the engines' own; the values are plausible, not
//! sourced: nobody should tune a database by them.
//!
//! An entry is `name~default~type~allowed`; entries are kept apart by blanks, and a blank within one is written `␣`. The type is b(oolean), i(nteger), f(loat), s(tring) or l(ist of words); in capitals it takes effect only
//! after a reboot, and with `!` it cannot be modified.

pub const POSTGRES: &str = "
application_name~~s archive_command~/etc/rds/dbbin/pgscripts/rds_wal_archive␣%p~s! archive_timeout~300~i! array_nulls~1~b
auto_explain.log_analyze~0~b auto_explain.log_buffers~0~b auto_explain.log_format~text~l~text,xml,json,yaml
auto_explain.log_min_duration~-1~i~-1-2147483647 auto_explain.log_nested_statements~0~b
auto_explain.log_parameter_max_length~-1~i auto_explain.log_settings~0~b auto_explain.log_timing~1~b
auto_explain.log_triggers~0~b auto_explain.log_verbose~0~b auto_explain.log_wal~0~b auto_explain.sample_rate~1~f~0-1
autovacuum~1~b autovacuum_analyze_scale_factor~0.05~f~0-100 autovacuum_analyze_threshold~50~i
autovacuum_freeze_max_age~200000000~I~100000-2000000000 autovacuum_max_workers~GREATEST({DBInstanceClassMemory/64371566592},3)~I~1-262143
autovacuum_multixact_freeze_max_age~400000000~I~10000-2000000000 autovacuum_naptime~15~i~1-2147483
autovacuum_vacuum_cost_delay~2~i~-1-100 autovacuum_vacuum_cost_limit~GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)~i~-1-10000
autovacuum_vacuum_insert_scale_factor~0.2~f~0-100 autovacuum_vacuum_insert_threshold~1000~i autovacuum_vacuum_scale_factor~0.1~f~0-100
autovacuum_vacuum_threshold~50~i autovacuum_work_mem~GREATEST({DBInstanceClassMemory/32768},65536)~i~-1-2147483647
backend_flush_after~0~i~0-256 backslash_quote~safe_encoding~l~safe_encoding,on,off backtrace_functions~~s!
bgwriter_delay~200~i~10-10000 bgwriter_flush_after~64~i~0-256 bgwriter_lru_maxpages~100~i bgwriter_lru_multiplier~2~f~0-10
bytea_output~hex~l~hex,escape check_function_bodies~1~b checkpoint_completion_target~0.9~f~0-1 checkpoint_flush_after~32~i~0-256
checkpoint_timeout~300~i~30-3600 checkpoint_warning~30~i client_connection_check_interval~0~i client_encoding~UTF8~s
client_min_messages~notice~l~debug5,debug4,debug3,debug2,debug1,log,notice,warning,error commit_delay~0~i~0-100000
commit_siblings~5~i~0-1000 commit_timestamp_buffers~0~I compute_query_id~auto~l~on,off,auto,regress config_file~/rdsdbdata/config/postgresql.conf~S!
constraint_exclusion~partition~l~on,off,partition cpu_index_tuple_cost~0.005~f cpu_operator_cost~0.0025~f cpu_tuple_cost~0.01~f
cron.database_name~postgres~S cron.log_run~1~B cron.log_statement~1~B cron.max_running_jobs~5~I~0-100 cron.use_background_workers~1~B!
cursor_tuple_fraction~0.1~f~0-1 data_directory~/rdsdbdata/db~S! datestyle~ISO,MDY~s db_user_namespace~0~B! deadlock_timeout~1000~i~1-2147483647
debug_pretty_print~1~b debug_print_parse~0~b debug_print_plan~0~b debug_print_rewritten~0~b default_statistics_target~100~i~1-10000
default_tablespace~~s default_toast_compression~pglz~l~pglz,lz4 default_transaction_deferrable~0~b
default_transaction_isolation~read␣committed~l~serializable,repeatable␣read,read␣committed,read␣uncommitted default_transaction_read_only~0~b
effective_cache_size~{DBInstanceClassMemory/16384}~i~1-2147483647 effective_io_concurrency~1~i~0-1000 enable_async_append~1~b enable_bitmapscan~1~b
enable_gathermerge~1~b enable_hashagg~1~b enable_hashjoin~1~b enable_incremental_sort~1~b enable_indexonlyscan~1~b enable_indexscan~1~b
enable_material~1~b enable_memoize~1~b enable_mergejoin~1~b enable_nestloop~1~b enable_parallel_append~1~b enable_parallel_hash~1~b
enable_partition_pruning~1~b enable_partitionwise_aggregate~0~b enable_partitionwise_join~0~b enable_presorted_aggregate~1~b enable_seqscan~1~b
enable_sort~1~b enable_tidscan~1~b escape_string_warning~1~b event_source~PostgreSQL~S! exit_on_error~0~b extra_float_digits~1~i~-15-3
force_parallel_mode~off~l~on,off,regress from_collapse_limit~8~i~1-2147483647 fsync~1~b! full_page_writes~1~b! geqo~1~b geqo_effort~5~i~1-10
geqo_generations~0~i geqo_pool_size~0~i geqo_seed~0~f~0-1 geqo_selection_bias~2~f~1.5-2 geqo_threshold~12~i~2-2147483647 gin_fuzzy_search_limit~0~i
gin_pending_list_limit~4096~i~64-2147483647 hash_mem_multiplier~2~f~1-1000 hba_file~/rdsdbdata/config/pg_hba.conf~S!
hot_standby_feedback~0~b huge_pages~{DBInstanceClassHugePagesDefault}~L~on,off,try ident_file~/rdsdbdata/config/pg_ident.conf~S!
idle_in_transaction_session_timeout~86400000~i idle_session_timeout~0~i ignore_invalid_pages~0~B! intervalstyle~postgres~l~postgres,postgres_verbose,sql_standard,iso_8601
jit~1~b jit_above_cost~100000~f jit_debugging_support~0~B! jit_dump_bitcode~0~b! jit_expressions~1~b jit_inline_above_cost~500000~f
jit_optimize_above_cost~500000~f jit_profiling_support~0~B! jit_tuple_deforming~1~b join_collapse_limit~8~i~1-2147483647
krb_caseins_users~0~b krb_server_keyfile~/rdsdbdata/config/keytab~S! lc_messages~~s lc_monetary~C~s lc_numeric~C~s lc_time~C~s listen_addresses~*~S!
lo_compat_privileges~0~b local_preload_libraries~~s! lock_timeout~0~i log_autovacuum_min_duration~10000~i~-1-2147483647 log_checkpoints~1~b
log_connections~0~b log_destination~stderr~l~stderr,csvlog log_directory~/rdsdbdata/log/error~s! log_disconnections~0~b log_duration~0~b
log_error_verbosity~default~l~default,verbose,terse log_executor_stats~0~b log_file_mode~0644~s! log_filename~postgresql.log.%Y-%m-%d-%H~l~postgresql.log.%Y-%m-%d,postgresql.log.%Y-%m-%d-%H
log_hostname~0~b log_line_prefix~%t:%r:%u@%d:[%p]:~s log_lock_waits~0~b log_min_duration_sample~-1~i log_min_duration_statement~-1~i~-1-2147483647
log_min_error_statement~error~l~debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic
log_min_messages~warning~l~debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic log_parameter_max_length~-1~i
log_parameter_max_length_on_error~0~i log_parser_stats~0~b log_planner_stats~0~b log_recovery_conflict_waits~0~b log_replication_commands~0~b
log_rotation_age~60~i~1-1440 log_rotation_size~100000~i~0-2097151 log_startup_progress_interval~10000~i log_statement~none~l~none,ddl,mod,all
log_statement_sample_rate~1~f~0-1 log_statement_stats~0~b log_temp_files~-1~i~-1-2147483647 log_timezone~UTC~s! log_transaction_sample_rate~0~f~0-1
log_truncate_on_rotation~0~b! logging_collector~1~B! logical_decoding_work_mem~65536~i~64-2147483647 maintenance_io_concurrency~1~i~0-1000
maintenance_work_mem~GREATEST({DBInstanceClassMemory*1024/63963136},65536)~i~1024-2147483647 max_connections~LEAST({DBInstanceClassMemory/9531392},5000)~I~6-262143
max_files_per_process~1000~I~64-2147483647 max_locks_per_transaction~64~I~10-2147483647 max_logical_replication_workers~4~I~0-262143
max_parallel_maintenance_workers~2~i~0-1024 max_parallel_workers~GREATEST({DBInstanceVCPU/2},8)~i~0-1024 max_parallel_workers_per_gather~2~i~0-1024
max_pred_locks_per_page~2~i max_pred_locks_per_relation~-2~i~-2147483648-2147483647 max_pred_locks_per_transaction~64~I~10-2147483647
max_prepared_transactions~0~I~0-262143 max_replication_slots~20~I~0-262143 max_slot_wal_keep_size~-1~i~-1-2147483647 max_stack_depth~6144~i~100-6144
max_standby_archive_delay~30000~i~-1-2147483647 max_standby_streaming_delay~30000~i~-1-2147483647 max_sync_workers_per_subscription~2~i~0-262143
max_wal_senders~20~I~0-262143 max_wal_size~2048~i~128-2147483647 max_worker_processes~GREATEST({DBInstanceVCPU},8)~I~0-262143 min_dynamic_shared_memory~0~I
min_parallel_index_scan_size~64~i~0-715827882 min_parallel_table_scan_size~1024~i~0-715827882 min_wal_size~192~i~128-2147483647 old_snapshot_threshold~-1~I~-1-86400
operator_precedence_warning~0~b parallel_leader_participation~1~b parallel_setup_cost~1000~f parallel_tuple_cost~0.1~f
password_encryption~scram-sha-256~l~md5,scram-sha-256 pg_bigm.enable_recheck~1~b pg_bigm.gin_key_limit~0~i pg_bigm.similarity_limit~0.3~f~0-1
pg_hint_plan.debug_print~off~l~off,on,detailed,verbose pg_hint_plan.enable_hint~1~b pg_hint_plan.enable_hint_table~0~b pg_hint_plan.message_level~log~l~debug,log,info,notice,warning,error
pg_hint_plan.parse_messages~info~l~debug,log,info,notice,warning,error pg_prewarm.autoprewarm~0~B pg_prewarm.autoprewarm_interval~300~i pg_similarity.cosine_threshold~0.7~f~0-1
pg_stat_statements.max~5000~I~100-2147483647 pg_stat_statements.save~1~b pg_stat_statements.track~top~l~none,top,all pg_stat_statements.track_planning~0~b
pg_stat_statements.track_utility~1~b pg_transport.num_workers~8~i~1-32 pg_transport.timing~0~b pg_transport.work_mem~131072~i pgaudit.log~~s pgaudit.log_catalog~1~b
pgaudit.log_level~log~l~debug5,debug4,debug3,debug2,debug1,info,notice,warning,log pgaudit.log_parameter~0~b pgaudit.log_relation~0~b pgaudit.log_rows~0~b
pgaudit.log_statement_once~0~b pgaudit.role~~s pglogical.batch_inserts~1~b pglogical.conflict_log_level~log~l~debug,log,info,notice,warning,error
pglogical.conflict_resolution~error~l~error,apply_remote,keep_local,last_update_wins,first_update_wins pglogical.use_spi~0~b plan_cache_mode~auto~l~auto,force_generic_plan,force_custom_plan
port~{EndPointPort}~I! post_auth_delay~0~i! postgis.gdal_enabled_drivers~DISABLE_ALL~s pre_auth_delay~0~i! quote_all_identifiers~0~b random_page_cost~4~f
rds.adaptive_autovacuum~1~b rds.babelfish_status~off~L!~on,off rds.blue_green_replication_type~~s rds.custom_dns_resolution~0~B rds.extensions~~s!
rds.force_admin_logging_level~disabled~l~disabled,debug5,debug1,info,notice,warning,error,log rds.force_autovacuum_logging_level~warning~l~disabled,debug5,debug1,info,notice,warning,error,log
rds.force_ssl~1~B rds.global_db_rpo~~i rds.log_retention_period~4320~i~1440-10080 rds.logical_replication~0~B rds.rds_superuser_reserved_connections~2~I
rds.restrict_password_commands~0~B rds.superuser_variables~session_replication_role~s! recovery_init_sync_method~fsync~l!~fsync,syncfs recursive_worktable_factor~10~f
restart_after_crash~1~b! row_security~1~b search_path~\"$user\",public~s seq_page_cost~1~f session_preload_libraries~~s! session_replication_role~origin~l~origin,replica,local
shared_buffers~{DBInstanceClassMemory/32768}~I~16-1073741823 shared_memory_type~mmap~L!~sysv,mmap shared_preload_libraries~pg_stat_statements~L~auto_explain,orafce,pgaudit,pglogical,pg_bigm,pg_cron,pg_hint_plan,pg_prewarm,pg_similarity,pg_stat_statements,pg_tle,pg_transport,plprofiler
ssl~1~b! ssl_ca_file~/rdsdbdata/rds-metadata/ca-cert.pem~s! ssl_cert_file~/rdsdbdata/rds-metadata/server-cert.pem~s! ssl_ciphers~HIGH:!aNULL:!3DES~s ssl_key_file~/rdsdbdata/rds-metadata/server-key.pem~s!
ssl_max_protocol_version~~l~TLSv1,TLSv1.1,TLSv1.2,TLSv1.3 ssl_min_protocol_version~TLSv1.2~l~TLSv1,TLSv1.1,TLSv1.2,TLSv1.3 standard_conforming_strings~1~b statement_timeout~0~i
stats_fetch_consistency~cache~l~none,cache,snapshot superuser_reserved_connections~3~I! synchronize_seqscans~1~b synchronous_commit~on~l~local,on,off,remote_write
tcp_keepalives_count~2~i tcp_keepalives_idle~300~i tcp_keepalives_interval~30~i tcp_user_timeout~0~i temp_buffers~~i~100-1073741823 temp_file_limit~-1~i~-1-2147483647 temp_tablespaces~~s
timezone~UTC~s timezone_abbreviations~Default~s track_activities~1~b track_activity_query_size~4096~I~100-1048576 track_commit_timestamp~0~B track_counts~1~b
track_functions~pl~l~none,pl,all track_io_timing~1~b track_wal_io_timing~1~b transform_null_equals~0~b unix_socket_directories~/tmp~S! unix_socket_group~rdsdb~S! unix_socket_permissions~0700~S!
update_process_title~1~b vacuum_buffer_usage_limit~256~i~0-16777216 vacuum_cost_delay~0~i~0-100 vacuum_cost_limit~200~i~1-10000 vacuum_cost_page_dirty~20~i~0-10000 vacuum_cost_page_hit~1~i~0-10000
vacuum_cost_page_miss~2~i~0-10000 vacuum_defer_cleanup_age~0~i~0-1000000 vacuum_failsafe_age~1200000000~i~0-2100000000 vacuum_freeze_min_age~50000000~i~0-1000000000
vacuum_freeze_table_age~150000000~i~0-2000000000 vacuum_multixact_failsafe_age~1200000000~i~0-2100000000 vacuum_multixact_freeze_min_age~5000000~i~0-1000000000
vacuum_multixact_freeze_table_age~150000000~i~0-2000000000 wal_buffers~~I~-1-262143 wal_compression~1~l~off,on,pglz,lz4,zstd wal_decode_buffer_size~524288~I~65536-1073741823 wal_init_zero~1~b
wal_keep_size~2048~i wal_level~replica~S! wal_receiver_create_temp_slot~0~b wal_receiver_status_interval~10~i wal_receiver_timeout~30000~i wal_recycle~1~b wal_retrieve_retry_interval~5000~i
wal_sender_timeout~30000~i wal_skip_threshold~2048~i wal_sync_method~fdatasync~l! wal_writer_delay~200~i~1-10000 wal_writer_flush_after~128~i work_mem~4096~i~64-2147483647
xmlbinary~base64~l~base64,hex xmloption~content~l~content,document zero_damaged_pages~0~b!
";

/// What Aurora PostgreSQL's groups have beside.
pub const AURORA_POSTGRES: &str = "
apg_ccm_enabled~on~l~on,off apg_critical_insights_enabled~on~l~on,off apg_enable_batch_mode_function_execution~0~b apg_enable_correlated_any_transform~0~b apg_enable_function_migration~1~b
apg_enable_not_in_transform~0~b apg_enable_remove_redundant_inner_joins~0~b apg_enable_semijoin_push_down~0~b apg_plan_mgmt.capture_plan_baselines~off~l~off,manual,automatic
apg_plan_mgmt.max_databases~10~I apg_plan_mgmt.max_plans~10000~I apg_plan_mgmt.plan_retention_period~32~I~32-2147483647 apg_plan_mgmt.use_plan_baselines~0~b
aurora_compute_plan_id~on~l~on,off aurora_stat_plans.minutes_until_recapture~0~i aurora_stat_plans.with_costs~on~l~on,off aurora_wal_sender.hwm_wait_timeout~30~i
rds.aurora_optimized_reads~1~B! rds.enable_plan_management~0~B
";

pub const MYSQL: &str = "
activate_all_roles_on_login~0~b allow-suspicious-udfs~~B! audit_log~~S! auto_generate_certs~1~B! auto_increment_increment~1~i~1-65535 auto_increment_offset~1~i~1-65535 autocommit~1~b
automatic_sp_privileges~1~b avoid_temporal_upgrade~~b back_log~~I~1-65535 basedir~/rdsdbbin/mysql~S! big_tables~0~b bind_address~*~S! binlog_cache_size~32768~i~4096-4294967295
binlog_checksum~CRC32~l~NONE,CRC32 binlog_direct_non_transactional_updates~0~b binlog_encryption~0~b! binlog_error_action~ABORT_SERVER~l!~IGNORE_ERROR,ABORT_SERVER
binlog_expire_logs_seconds~2592000~i! binlog_format~MIXED~l~ROW,STATEMENT,MIXED binlog_group_commit_sync_delay~0~i~0-1000000 binlog_group_commit_sync_no_delay_count~0~i~0-1000000
binlog_gtid_simple_recovery~1~B binlog_max_flush_queue_time~0~i~0-100000 binlog_order_commits~1~b binlog_row_event_max_size~8192~I binlog_row_image~full~l~full,minimal,noblob
binlog_row_metadata~MINIMAL~l~FULL,MINIMAL binlog_row_value_options~~l~PARTIAL_JSON binlog_rows_query_log_events~0~b binlog_stmt_cache_size~32768~i~4096-4294967295
binlog_transaction_compression~0~b binlog_transaction_compression_level_zstd~3~i~1-22 binlog_transaction_dependency_history_size~25000~i~1-1000000
binlog_transaction_dependency_tracking~COMMIT_ORDER~l~COMMIT_ORDER,WRITESET,WRITESET_SESSION block_encryption_mode~aes-128-ecb~s bulk_insert_buffer_size~8388608~i
caching_sha2_password_digest_rounds~5000~I character-set-client-handshake~1~B character_set_client~~l~utf8,utf8mb4,latin1,ascii,cp1251 character_set_connection~~l~utf8,utf8mb4,latin1,ascii,cp1251
character_set_database~~l~utf8,utf8mb4,latin1,ascii,cp1251 character_set_filesystem~binary~l~utf8,utf8mb4,latin1,binary character_set_results~~l~utf8,utf8mb4,latin1,ascii,cp1251
character_set_server~utf8mb4~l~utf8,utf8mb4,latin1,ascii,cp1251 check_proxy_users~0~b collation_connection~~s collation_server~utf8mb4_0900_ai_ci~s completion_type~NO_CHAIN~l~NO_CHAIN,CHAIN,RELEASE
concurrent_insert~AUTO~l~NEVER,AUTO,ALWAYS connect_timeout~10~i~2-31536000 core-file~~B! cte_max_recursion_depth~1000~i datadir~/rdsdbdata/db/~S! default_authentication_plugin~mysql_native_password~L~mysql_native_password,sha256_password,caching_sha2_password
default_password_lifetime~0~i~0-65535 default_storage_engine~InnoDB~S! default_time_zone~~S! default_tmp_storage_engine~InnoDB~l~MyISAM,InnoDB,MEMORY default_week_format~0~i~0-7 delay_key_write~ON~l~ON,OFF,ALL
delayed_insert_limit~100~i delayed_insert_timeout~300~i delayed_queue_size~1000~i disconnect_on_expired_password~1~B div_precision_increment~4~i~0-30 end_markers_in_json~0~b enforce_gtid_consistency~OFF~L~OFF,WARN,ON
eq_range_index_dive_limit~200~i event_scheduler~ON~l~ON,OFF explicit_defaults_for_timestamp~1~b flush~0~b flush_time~0~i~0-31536000 ft_boolean_syntax~~s ft_max_word_len~84~I~10-84 ft_min_word_len~4~I~1-84
ft_query_expansion_limit~20~I~0-1000 ft_stopword_file~/rdsdbdata/config/ft_stopword~S! general_log~0~b general_log_file~/rdsdbdata/log/general/mysql-general.log~s! generated_random_password_length~20~i~5-255
group_concat_max_len~1024~i gtid-mode~OFF_PERMISSIVE~L~OFF,OFF_PERMISSIVE,ON_PERMISSIVE,ON gtid_executed_compression_period~0~i host_cache_size~~i~0-65536 init_connect~~s init_file~~S!
innodb_adaptive_flushing~1~b innodb_adaptive_flushing_lwm~10~f~0-70 innodb_adaptive_hash_index~1~b innodb_adaptive_hash_index_parts~8~I~1-512 innodb_adaptive_max_sleep_delay~150000~i~0-1000000
innodb_api_enable_binlog~0~B! innodb_api_enable_mdl~0~B! innodb_autoextend_increment~64~i~1-1000 innodb_autoinc_lock_mode~2~L~0,1,2 innodb_buffer_pool_chunk_size~134217728~I innodb_buffer_pool_dump_at_shutdown~1~b
innodb_buffer_pool_dump_now~~b innodb_buffer_pool_dump_pct~25~i~1-100 innodb_buffer_pool_filename~ib_buffer_pool~s innodb_buffer_pool_instances~~I~1-64 innodb_buffer_pool_load_abort~~b
innodb_buffer_pool_load_at_startup~1~B innodb_buffer_pool_load_now~~b innodb_buffer_pool_size~{DBInstanceClassMemory*3/4}~i~5242880-18446744073709551615 innodb_change_buffer_max_size~25~i~0-50
innodb_change_buffering~all~l~none,inserts,deletes,changes,purges,all innodb_checksum_algorithm~crc32~l~crc32,innodb,none,strict_crc32 innodb_cmp_per_index_enabled~0~b innodb_commit_concurrency~0~i~0-1000
innodb_compression_failure_threshold_pct~5~i~0-100 innodb_compression_level~6~i~0-9 innodb_compression_pad_pct_max~50~i~0-75 innodb_concurrency_tickets~5000~i innodb_data_home_dir~/rdsdbdata/db/innodb~S!
innodb_ddl_buffer_size~1048576~i innodb_ddl_threads~4~i~1-64 innodb_deadlock_detect~1~b innodb_dedicated_server~0~B innodb_default_row_format~DYNAMIC~l~DYNAMIC,COMPACT,REDUNDANT innodb_disable_sort_file_cache~0~b
innodb_doublewrite~1~B! innodb_fast_shutdown~1~l!~0,1,2 innodb_file_per_table~1~b innodb_fill_factor~100~i~10-100 innodb_flush_log_at_timeout~1~i~0-2700 innodb_flush_log_at_trx_commit~1~l~0,1,2
innodb_flush_method~O_DIRECT~L~O_DIRECT,fsync innodb_flush_neighbors~0~l~0,1,2 innodb_flush_sync~1~b innodb_flushing_avg_loops~30~i~1-1000 innodb_force_load_corrupted~~B innodb_force_recovery~~I!~0-6
innodb_fsync_threshold~0~i innodb_ft_aux_table~~s innodb_ft_cache_size~8000000~I innodb_ft_enable_stopword~1~b innodb_ft_max_token_size~84~I~10-84 innodb_ft_min_token_size~3~I~0-16 innodb_ft_num_word_optimize~2000~i
innodb_ft_result_cache_limit~2000000000~i innodb_ft_server_stopword_table~~s innodb_ft_sort_pll_degree~2~I~1-16 innodb_ft_total_cache_size~640000000~I innodb_ft_user_stopword_table~~s innodb_idle_flush_pct~100~i~0-100
innodb_io_capacity~200~i~100-18446744073709551615 innodb_io_capacity_max~2000~i innodb_lock_wait_timeout~50~i~1-1073741824 innodb_log_buffer_size~8388608~i innodb_log_checksums~1~b innodb_log_compressed_pages~1~b
innodb_log_file_size~134217728~I innodb_log_files_in_group~2~I~2-100 innodb_log_group_home_dir~/rdsdbdata/log/innodb~S! innodb_log_spin_cpu_abs_lwm~80~i innodb_log_spin_cpu_pct_hwm~50~i innodb_log_wait_for_flush_spin_hwm~400~i
innodb_log_write_ahead_size~8192~i innodb_log_writer_threads~1~b innodb_lru_scan_depth~1024~i innodb_max_dirty_pages_pct~90~f~0-99 innodb_max_dirty_pages_pct_lwm~10~f~0-99 innodb_max_purge_lag~0~i innodb_max_purge_lag_delay~0~i
innodb_max_undo_log_size~1073741824~i innodb_monitor_disable~~s innodb_monitor_enable~~s innodb_monitor_reset~~s innodb_monitor_reset_all~~s innodb_numa_interleave~0~B innodb_old_blocks_pct~37~i~5-95 innodb_old_blocks_time~1000~i
innodb_online_alter_log_max_size~134217728~i innodb_open_files~~I~10-2147483647 innodb_optimize_fulltext_only~0~b innodb_page_cleaners~4~I~1-64 innodb_page_size~16384~I!~4096-65536 innodb_parallel_read_threads~4~i~1-256
innodb_print_all_deadlocks~0~b innodb_purge_batch_size~300~i~1-5000 innodb_purge_rseg_truncate_frequency~128~i~1-128 innodb_purge_threads~1~I~1-32 innodb_random_read_ahead~0~b innodb_read_ahead_threshold~56~i~0-64 innodb_read_io_threads~4~I~1-64
innodb_read_only~{TrueIfReplica}~B! innodb_redo_log_capacity~2147483648~i~8388608-137438953472 innodb_replication_delay~0~i innodb_rollback_on_timeout~0~B innodb_rollback_segments~128~i~1-128 innodb_sort_buffer_size~1048576~I~65536-67108864
innodb_spin_wait_delay~6~i~0-1000 innodb_stats_auto_recalc~1~b innodb_stats_include_delete_marked~0~b innodb_stats_method~nulls_equal~l~nulls_equal,nulls_unequal,nulls_ignored innodb_stats_on_metadata~0~b innodb_stats_persistent~1~b
innodb_stats_persistent_sample_pages~20~i innodb_stats_transient_sample_pages~8~i innodb_status_output~0~b innodb_status_output_locks~0~b innodb_strict_mode~1~b innodb_sync_array_size~1~I~1-1024 innodb_sync_spin_loops~30~i
innodb_table_locks~1~b innodb_temp_data_file_path~~S! innodb_thread_concurrency~0~i~0-1000 innodb_thread_sleep_delay~10000~i~0-1000000 innodb_undo_directory~~S! innodb_undo_log_truncate~1~b innodb_use_native_aio~1~B! innodb_write_io_threads~4~I~1-64
interactive_timeout~28800~i~1-31536000 internal_tmp_mem_storage_engine~TempTable~l~TempTable,MEMORY join_buffer_size~262144~i~128-18446744073709547520 keep_files_on_create~0~b key_buffer_size~16777216~i key_cache_age_threshold~300~i key_cache_block_size~1024~i
key_cache_division_limit~100~i~1-100 lc_messages~en_US~s lc_time_names~en_US~s local_infile~1~b lock_wait_timeout~31536000~i~1-31536000 log-bin~/rdsdbdata/log/binlog/mysql-bin-changelog~S! log_bin_trust_function_creators~0~b log_bin_use_v1_row_events~0~B
log_error~/rdsdbdata/log/error/mysql-error.log~S! log_error_suppression_list~~s log_error_verbosity~2~i~1-3 log_output~FILE~l~TABLE,FILE,NONE log_queries_not_using_indexes~0~b log_raw~0~b log_slow_admin_statements~0~b log_slow_extra~0~b log_slow_replica_statements~0~b
log_statements_unsafe_for_binlog~1~b log_throttle_queries_not_using_indexes~0~i log_timestamps~UTC~l~UTC,SYSTEM long_query_time~10~f~0-31536000 low_priority_updates~0~b lower_case_table_names~0~L~0,1 mandatory_roles~~s master_verify_checksum~0~b max_allowed_packet~67108864~i~1024-1073741824
max_binlog_cache_size~18446744073709547520~i max_binlog_size~134217728~i~4096-1073741824 max_connect_errors~100~i max_connections~{DBInstanceClassMemory/12582880}~i~1-100000 max_delayed_threads~20~i~0-16384 max_digest_length~1024~I~0-1048576 max_error_count~1024~i~0-65535
max_execution_time~0~i max_heap_table_size~16777216~i max_insert_delayed_threads~~i max_join_size~18446744073709551615~i max_length_for_sort_data~4096~i max_points_in_geometry~65536~i max_prepared_stmt_count~16382~i~0-4194304 max_seeks_for_key~18446744073709551615~i
max_sort_length~1024~i~4-8388608 max_sp_recursion_depth~0~i~0-255 max_user_connections~0~i max_write_lock_count~18446744073709551615~i min_examined_row_limit~0~i myisam_data_pointer_size~6~i~2-7 myisam_max_sort_file_size~9223372036853720064~i myisam_mmap_size~18446744073709551615~I
myisam_recover_options~OFF~S! myisam_sort_buffer_size~8388608~i myisam_stats_method~nulls_unequal~l~nulls_equal,nulls_unequal,nulls_ignored myisam_use_mmap~0~b mysql_native_password_proxy_users~0~b net_buffer_length~16384~i~1024-1048576 net_read_timeout~30~i~1-31536000
net_retry_count~10~i net_write_timeout~60~i~1-31536000 new~0~b ngram_token_size~2~I~1-10 offline_mode~0~b old_alter_table~0~b optimizer_prune_level~1~b optimizer_search_depth~62~i~0-62 optimizer_switch~~s optimizer_trace~~s optimizer_trace_features~~s optimizer_trace_limit~1~i
optimizer_trace_max_mem_size~1048576~i optimizer_trace_offset~-1~i parser_max_mem_size~18446744073709551615~i partial_revokes~0~b password_history~0~i password_require_current~0~b password_reuse_interval~0~i performance_schema~{DBInstancePerformanceInsightsEnabled}~B
performance_schema_accounts_size~-1~I performance_schema_consumer_events_statements_current~~B performance_schema_consumer_events_waits_current~~B performance_schema_digests_size~-1~I performance_schema_error_size~5080~I performance_schema_events_stages_history_size~-1~I
performance_schema_events_statements_history_long_size~-1~I performance_schema_events_waits_history_size~-1~I performance_schema_hosts_size~-1~I performance_schema_max_digest_length~1024~I performance_schema_max_index_stat~-1~I performance_schema_max_sql_text_length~1024~I
performance_schema_max_table_handles~-1~I performance_schema_max_thread_instances~-1~I performance_schema_session_connect_attrs_size~-1~I performance_schema_users_size~-1~I pid_file~/rdsdbdata/log/mysql-{EndPointPort}.pid~S! plugin_dir~/rdsdbbin/mysql/lib/plugin~S!
port~{EndPointPort}~I! preload_buffer_size~32768~i~1024-1073741824 print_identified_with_as_hex~0~b query_alloc_block_size~8192~i query_prealloc_size~8192~i range_alloc_block_size~4096~i range_optimizer_max_mem_size~8388608~i rbr_exec_mode~STRICT~l~IDEMPOTENT,STRICT
read_buffer_size~262144~i~8200-2147479552 read_only~{TrueIfReplica}~l~0,1,{TrueIfReplica} read_rnd_buffer_size~524288~i~1-2147483647 regexp_stack_limit~8000000~i regexp_time_limit~32~i relay-log~/rdsdbdata/log/relaylog/relaylog~S! relay_log_info_repository~TABLE~l!~FILE,TABLE
relay_log_recovery~1~B! relay_log_space_limit~0~I replica_checkpoint_group~512~i replica_checkpoint_period~300~i replica_compressed_protocol~0~b replica_exec_mode~STRICT~l~IDEMPOTENT,STRICT replica_net_timeout~60~i~1-31536000 replica_parallel_type~LOGICAL_CLOCK~l~DATABASE,LOGICAL_CLOCK
replica_parallel_workers~4~i~0-1024 replica_pending_jobs_size_max~134217728~i replica_preserve_commit_order~1~b replica_skip_errors~~S! replica_transaction_retries~10~i replica_type_conversions~~l~ALL_LOSSY,ALL_NON_LOSSY replicate-do-db~~s replicate-do-table~~s
replicate-ignore-db~~s replicate-ignore-table~~s replicate-wild-do-table~~s replicate-wild-ignore-table~~s require_secure_transport~0~b rpl_read_size~8192~i schema_definition_cache~256~i~256-524288 secure_file_priv~/secure_file_priv_dir/~S! select_into_buffer_size~131072~i
server_id~{ServerId}~I! session_track_gtids~OFF~l~OFF,OWN_GTID,ALL_GTIDS session_track_schema~1~b session_track_state_change~0~b session_track_system_variables~~s session_track_transaction_info~OFF~l~OFF,STATE,CHARACTERISTICS sha256_password_proxy_users~0~b
show_create_table_verbosity~0~b show_gipk_in_create_table_and_information_schema~1~b skip-log-bin~~B! skip_external_locking~1~B! skip_name_resolve~0~B skip_replica_start~1~B! skip_show_database~0~B slow_launch_time~2~i slow_query_log~0~b slow_query_log_file~/rdsdbdata/log/slowquery/mysql-slowquery.log~s!
socket~/tmp/mysql.sock~S! sort_buffer_size~262144~i~32768-18446744073709551615 source_verify_checksum~0~b sql_generate_invisible_primary_key~0~b sql_mode~NO_ENGINE_SUBSTITUTION~s sql_require_primary_key~0~b sql_select_limit~18446744073709551615~i ssl_ca~~S! ssl_cert~~S! ssl_cipher~~S
ssl_key~~S! stored_program_cache~256~i~16-524288 stored_program_definition_cache~256~i~256-524288 super_read_only~0~b! sync_binlog~1~i sync_master_info~10000~i sync_relay_log~10000~i sync_relay_log_info~10000~i sysdate-is-now~0~B table_definition_cache~LEAST({DBInstanceClassMemory/393040},20000)~i~400-524288
table_open_cache~LEAST({DBInstanceClassMemory/1179121},6000)~i~1-524288 table_open_cache_instances~16~I~1-64 tablespace_definition_cache~256~i temptable_max_mmap~1073741824~i temptable_max_ram~1073741824~i temptable_use_mmap~1~b thread_cache_size~~i~0-16384 thread_handling~one-thread-per-connection~S!
thread_stack~262144~I~131072-18446744073709547520 time_zone~UTC~s tls_ciphersuites~~S tls_version~TLSv1.2,TLSv1.3~L~TLSv1.2,TLSv1.3 tmp_table_size~16777216~i tmpdir~/rdsdbdata/tmp~S! transaction_alloc_block_size~8192~i transaction_isolation~REPEATABLE-READ~l~READ-UNCOMMITTED,READ-COMMITTED,REPEATABLE-READ,SERIALIZABLE
transaction_prealloc_size~4096~i transaction_write_set_extraction~XXHASH64~l~OFF,MURMUR32,XXHASH64 updatable_views_with_limit~1~b validate-password~~L~ON,OFF,FORCE,FORCE_PLUS_PERMANENT validate_password.length~8~i validate_password.mixed_case_count~1~i validate_password.number_count~1~i
validate_password.policy~MEDIUM~l~LOW,MEDIUM,STRONG validate_password.special_char_count~1~i wait_timeout~28800~i~1-31536000 windowing_use_high_precision~1~b xa_detach_on_prepare~1~b
";

/// What Aurora MySQL's groups have beside.
pub const AURORA_MYSQL: &str = "
aurora_binlog_read_buffer_size~5242880~i~8192-536870912 aurora_binlog_replication_max_yield_seconds~0~i~0-36000 aurora_binlog_use_large_read_buffer~1~b aurora_disable_hash_join~0~b aurora_fwd_writer_idle_timeout~60~i~1-86400
aurora_fwd_writer_max_connections_pct~10~i~0-90 aurora_in_memory_relaylog~1~B aurora_jemalloc_background_thread~0~B aurora_lab_mode~0~B aurora_load_from_s3_role~~s aurora_oom_response~print~s aurora_parallel_query~0~b aurora_read_replica_read_committed~0~b
aurora_replica_read_consistency~~l~EVENTUAL,SESSION,GLOBAL aurora_select_into_s3_role~~s aurora_tmptable_enable_per_table_limit~0~b aws_default_lambda_role~~s aws_default_s3_role~~s server_audit_events~~s server_audit_excl_users~~s server_audit_incl_users~~s
server_audit_logging~0~b
";

pub const ORACLE: &str = "
_add_stale_mv_to_dependency_list~~l~TRUE,FALSE _allow_level_without_connect_by~~l~TRUE,FALSE _always_semi_join~~l~CHOOSE,OFF,CUBE,NESTED_LOOPS,MERGE,HASH _b_tree_bitmap_plans~~l~TRUE,FALSE _cleanup_rollback_entries~~I~20-1000 _cursor_obsolete_threshold~~I~0-8192
_datafile_write_errors_crash_instance~~l~TRUE,FALSE _fix_control~~s _gby_hash_aggregation_enabled~~l~TRUE,FALSE _hash_join_enabled~~l~TRUE,FALSE _ktb_debug_flags~~i _optim_peek_user_binds~~l~TRUE,FALSE _optimizer_adaptive_cursor_sharing~~l~TRUE,FALSE
_optimizer_cost_based_transformation~~l~EXHAUSTIVE,ITERATIVE,LINEAR,ON,OFF,TWO_PASS _optimizer_extended_cursor_sharing_rel~~l~NONE,SIMPLE _px_adaptive_dist_method~~l~OFF,CHOOSE,FORCE _unnest_subquery~~l~TRUE,FALSE _use_single_log_writer~~L~ADAPTIVE,TRUE,FALSE
allow_global_dblinks~FALSE~L~TRUE,FALSE allow_group_access_to_sga~FALSE~L!~TRUE,FALSE aq_tm_processes~1~i~0-40 archive_lag_target~300~i~0-7200 asm_diskgroups~~s! audit_file_dest~/rdsdbdata/admin/{dbName}/adump~S! audit_sys_operations~FALSE~L~TRUE,FALSE
audit_syslog_level~~S! audit_trail~NONE~L~DB,DB,EXTENDED,NONE,OS,XML,XML,EXTENDED awr_pdb_autoflush_enabled~FALSE~l~TRUE,FALSE background_core_dump~partial~L!~partial,full bitmap_merge_area_size~1048576~I blank_trimming~FALSE~L~TRUE,FALSE cell_offload_processing~TRUE~l!~TRUE,FALSE
circuits~~i cluster_database~FALSE~L!~TRUE,FALSE commit_logging~~l~IMMEDIATE,BATCH commit_wait~~l~NOWAIT,WAIT,FORCE_WAIT common_user_prefix~~S! compatible~19.0.0~S~19.0.0,12.2.0,12.1.0 control_file_record_keep_time~7~i~0-365 control_files~/rdsdbdata/db/{dbName}_A/controlfile/control-01.ctl~S!
control_management_pack_access~NONE~l~NONE,DIAGNOSTIC,DIAGNOSTIC+TUNING core_dump_dest~/rdsdbdata/log/diag~s! cpu_count~{DBInstanceVCPU}~i! create_bitmap_area_size~8388608~I create_stored_outlines~~l~TRUE,FALSE cursor_bind_capture_destination~memory+disk~l~off,memory,memory+disk
cursor_invalidation~IMMEDIATE~l~DEFERRED,IMMEDIATE cursor_sharing~EXACT~l~EXACT,FORCE cursor_space_for_time~FALSE~L~TRUE,FALSE db_16k_cache_size~0~i db_2k_cache_size~0~i db_32k_cache_size~0~i db_4k_cache_size~0~i db_8k_cache_size~0~i db_block_buffers~0~I db_block_checking~MEDIUM~l~FALSE,OFF,LOW,MEDIUM,TRUE,FULL
db_block_checksum~TYPICAL~l~OFF,FALSE,TYPICAL,TRUE,FULL db_block_size~8192~I! db_cache_advice~ON~l~ON,READY,OFF db_cache_size~0~i db_create_file_dest~/rdsdbdata/db~s! db_create_online_log_dest_1~/rdsdbdata/db~s! db_domain~~S! db_file_multiblock_read_count~~i~1-1024 db_files~200~I~200-20000 db_flash_cache_size~~i
db_flashback_retention_target~1440~i! db_keep_cache_size~0~i db_lost_write_protect~NONE~l~NONE,TYPICAL,FULL db_name~{dbName}~S! db_recovery_file_dest~~s! db_recovery_file_dest_size~1073741824~i! db_recycle_cache_size~0~i db_securefile~PREFERRED~l~NEVER,PERMITTED,PREFERRED,ALWAYS,IGNORE
db_ultra_safe~OFF~L~OFF,DATA_ONLY,DATA_AND_INDEX db_unique_name~{dbName}_A~S! db_unrecoverable_scn_tracking~TRUE~l~TRUE,FALSE db_writer_processes~~I~1-36 dbwr_io_slaves~0~I ddl_lock_timeout~0~i~0-1000000 deferred_segment_creation~TRUE~l~TRUE,FALSE dg_broker_start~FALSE~l!~TRUE,FALSE
diagnostic_dest~/rdsdbdata/log~s! disable_pdb_feature~~I! disk_asynch_io~TRUE~L~TRUE,FALSE dispatchers~~s distributed_lock_timeout~60~I dml_locks~~I~0-2147483647 dnfs_batch_size~4096~I! enable_ddl_logging~FALSE~l~TRUE,FALSE enable_goldengate_replication~FALSE~l~TRUE,FALSE enable_pluggable_database~FALSE~L!~TRUE,FALSE
encrypt_new_tablespaces~CLOUD_ONLY~l~CLOUD_ONLY,ALWAYS,DDL event~~S fast_start_mttr_target~0~i~0-3600 fast_start_parallel_rollback~LOW~l~FALSE,LOW,HIGH file_mapping~FALSE~l!~TRUE,FALSE filesystemio_options~SETALL~L!~NONE,SETALL,DIRECTIO,ASYNCH fixed_date~~s global_names~FALSE~l~TRUE,FALSE
hash_area_size~131072~i heat_map~OFF~l~ON,OFF hi_shared_memory_address~0~I! hs_autoregister~TRUE~l~TRUE,FALSE inmemory_adg_enabled~TRUE~l~TRUE,FALSE inmemory_clause_default~~s inmemory_force~DEFAULT~l~DEFAULT,OFF inmemory_max_populate_servers~~i inmemory_query~ENABLE~l~ENABLE,DISABLE inmemory_size~0~I
instance_name~{dbName}~S! instance_number~0~I! java_jit_enabled~TRUE~l~TRUE,FALSE java_max_sessionspace_size~0~I java_pool_size~0~i java_soft_sessionspace_limit~0~I job_queue_processes~50~i~0-4000 large_pool_size~0~i ldap_directory_access~NONE~l~NONE,PASSWORD,SSL lob_signature_enable~FALSE~l~TRUE,FALSE
local_listener~(address=(protocol=tcp)(host=)(port={EndPointPort}))~s! lock_sga~FALSE~L!~TRUE,FALSE log_archive_dest_1~location=\"/rdsdbdata/db/{dbName}_A/arch/redolog\"~s! log_archive_format~-%s-%t-%r.arc~S! log_archive_max_processes~4~i~1-30 log_archive_trace~0~i log_buffer~7340032~I log_checkpoint_interval~0~i
log_checkpoint_timeout~1800~i log_checkpoints_to_alert~FALSE~l~TRUE,FALSE max_dump_file_size~UNLIMITED~s max_idle_time~0~i max_iops~0~i max_mbps~0~i max_string_size~STANDARD~L~STANDARD,EXTENDED memory_max_target~IF({DBInstanceClassHugePagesDefault},␣0,␣{DBInstanceClassMemory*3/4})~I
memory_target~IF({DBInstanceClassHugePagesDefault},␣0,␣{DBInstanceClassMemory*3/4})~i multishard_query_data_consistency~strong~l~strong,shard_local,delayed_standby_allowed nls_calendar~~s nls_comp~BINARY~s nls_currency~~s nls_date_format~~s nls_date_language~~s nls_dual_currency~~s nls_iso_currency~~s
nls_language~AMERICAN~S nls_length_semantics~BYTE~l~BYTE,CHAR nls_nchar_conv_excp~FALSE~l~TRUE,FALSE nls_numeric_characters~~s nls_sort~~s nls_territory~AMERICA~S nls_time_format~~s nls_timestamp_format~~s nls_timestamp_tz_format~~s object_cache_max_size_percent~10~i object_cache_optimal_size~102400~i
olap_page_pool_size~0~i open_cursors~300~i~0-65535 open_links~4~I~0-255 open_links_per_instance~4~I optimizer_adaptive_plans~TRUE~l~TRUE,FALSE optimizer_adaptive_reporting_only~FALSE~l~TRUE,FALSE optimizer_adaptive_statistics~FALSE~l~TRUE,FALSE optimizer_capture_sql_plan_baselines~FALSE~l~TRUE,FALSE
optimizer_dynamic_sampling~2~i~0-11 optimizer_features_enable~19.1.0~s optimizer_ignore_hints~FALSE~l~TRUE,FALSE optimizer_index_caching~0~i~0-100 optimizer_index_cost_adj~100~i~1-10000 optimizer_inmemory_aware~TRUE~l~TRUE,FALSE optimizer_mode~ALL_ROWS~l~FIRST_ROWS_1,FIRST_ROWS_10,FIRST_ROWS_100,FIRST_ROWS_1000,FIRST_ROWS,ALL_ROWS
optimizer_secure_view_merging~TRUE~l~TRUE,FALSE optimizer_use_invisible_indexes~FALSE~l~TRUE,FALSE optimizer_use_pending_statistics~FALSE~l~TRUE,FALSE optimizer_use_sql_plan_baselines~TRUE~l~TRUE,FALSE os_authent_prefix~~S! os_roles~FALSE~L!~TRUE,FALSE outbound_dblink_protocols~ALL~l~ALL,NONE,TCP,TCPS,IPC
parallel_adaptive_multi_user~FALSE~l~TRUE,FALSE parallel_degree_limit~CPU~s parallel_degree_policy~MANUAL~l~AUTO,MANUAL,LIMITED,ADAPTIVE parallel_execution_message_size~16384~I~2148-65535 parallel_force_local~FALSE~l~TRUE,FALSE parallel_max_servers~~i~0-3600 parallel_min_degree~1~s parallel_min_percent~0~i~0-100
parallel_min_servers~~i parallel_min_time_threshold~AUTO~s parallel_servers_target~~i parallel_threads_per_cpu~1~i permit_92_wrap_format~TRUE~L~TRUE,FALSE pga_aggregate_limit~~i pga_aggregate_target~IF({DBInstanceClassHugePagesDefault},␣{DBInstanceClassMemory*1/8},␣0)~i plscope_settings~~s plsql_ccflags~~s plsql_code_type~INTERPRETED~l~INTERPRETED,NATIVE
plsql_debug~FALSE~l~TRUE,FALSE plsql_optimize_level~2~i~0-3 plsql_warnings~DISABLE:ALL~s pre_page_sga~TRUE~L~TRUE,FALSE processes~LEAST({DBInstanceClassMemory/9868951},␣20000)~I~80-20000 query_rewrite_enabled~TRUE~l~TRUE,FALSE,FORCE query_rewrite_integrity~enforced~l~enforced,trusted,stale_tolerated rdbms_server_dn~~S!
read_only_open_delayed~FALSE~L~TRUE,FALSE recovery_parallelism~0~I recyclebin~ON~l~ON,OFF redo_transport_user~~s! remote_dependencies_mode~TIMESTAMP~l~TIMESTAMP,SIGNATURE remote_listener~~s! remote_login_passwordfile~EXCLUSIVE~L!~NONE,SHARED,EXCLUSIVE remote_os_roles~FALSE~L!~TRUE,FALSE replication_dependency_tracking~TRUE~L~TRUE,FALSE
resource_limit~TRUE~l~TRUE,FALSE resource_manage_goldengate~FALSE~l~TRUE,FALSE resource_manager_plan~~s result_cache_max_result~5~i~0-100 result_cache_max_size~~i result_cache_mode~MANUAL~l~MANUAL,FORCE result_cache_remote_expiration~0~i resumable_timeout~0~i sec_case_sensitive_logon~TRUE~l~TRUE,FALSE sec_max_failed_login_attempts~3~I
sec_protocol_error_further_action~DROP,3~s sec_protocol_error_trace_action~TRACE~l~NONE,TRACE,LOG,ALERT sec_return_server_release_banner~FALSE~L~TRUE,FALSE service_names~~s! session_cached_cursors~50~I~0-65535 session_max_open_files~10~I~1-50 sessions~~I~100-65535 sga_max_size~IF({DBInstanceClassHugePagesDefault},␣{DBInstanceClassMemory*3/4},␣0)~I
sga_min_size~0~i sga_target~IF({DBInstanceClassHugePagesDefault},␣{DBInstanceClassMemory*3/4},␣0)~i shadow_core_dump~partial~l!~partial,full shared_memory_address~0~I! shared_pool_reserved_size~~I shared_pool_size~0~i shared_servers~1~i skip_unusable_indexes~TRUE~l~TRUE,FALSE smtp_out_server~~s sort_area_retained_size~0~i sort_area_size~65536~i
spatial_vector_acceleration~FALSE~l~TRUE,FALSE spfile~/rdsdbbin/oracle/dbs/spfile{dbName}.ora~S! sql92_security~TRUE~L~TRUE,FALSE sql_trace~FALSE~l~TRUE,FALSE sqlnetora.sqlnet.allowed_logon_version_server~8~l~8,10,11,12,12a sqlnetora.sqlnet.expire_time~~i~0-1440 sqltune_category~DEFAULT~s standby_file_management~AUTO~l!~AUTO,MANUAL
star_transformation_enabled~FALSE~l~TRUE,FALSE,TEMP_DISABLE statistics_level~TYPICAL~l~BASIC,TYPICAL,ALL streams_pool_size~0~i tape_asynch_io~TRUE~L~TRUE,FALSE temp_undo_enabled~FALSE~l~TRUE,FALSE threaded_execution~FALSE~L!~TRUE,FALSE timed_os_statistics~0~i timed_statistics~TRUE~l~TRUE,FALSE trace_enabled~TRUE~l~TRUE,FALSE
transactions~~I~4-2147483647 transactions_per_rollback_segment~5~I undo_management~AUTO~L!~AUTO,MANUAL undo_retention~900~i undo_tablespace~UNDO_T1~s unified_audit_systemlog~~S! uniform_log_timestamp_format~TRUE~l~TRUE,FALSE use_dedicated_broker~FALSE~L~TRUE,FALSE use_large_pages~{DBInstanceClassHugePagesDefault}~L~TRUE,FALSE,ONLY
user_dump_dest~/rdsdbdata/log/trace~s! workarea_size_policy~AUTO~l~AUTO,MANUAL xml_db_events~ENABLE~l~ENABLE,DISABLE
";

pub const SQLSERVER: &str = "
1117~0~L~0,1 1118~0~L~0,1 1204~0~l~0,1 1211~0~l~0,1 1222~0~l~0,1 1224~0~l~0,1 2528~0~l~0,1 3205~0~l~0,1 3226~0~l~0,1 3625~1~l!~0,1 4199~0~l~0,1 4616~0~l~0,1 6527~0~L~0,1 7470~0~l~0,1 7806~0~L~0,1 8032~0~l~0,1 9481~0~l~0,1 9567~0~l~0,1
access␣check␣cache␣bucket␣count~0~i~0-65536 access␣check␣cache␣quota~0~i ad␣hoc␣distributed␣queries~0~b adr␣cleaner␣retry␣timeout␣(min)~120~i~0-32767 adr␣preallocation␣factor~4~i~0-32767 affinity␣i/o␣mask~0~I! affinity␣mask~0~i! affinity64␣i/o␣mask~0~I! affinity64␣mask~0~i! agent␣xps~1~b! allow␣filesystem␣enumeration~1~b!
allow␣updates~0~b! automatic␣soft-numa␣disabled~0~B backup␣checksum␣default~0~b backup␣compression␣algorithm~0~i~0-2 backup␣compression␣default~1~b blocked␣process␣threshold␣(s)~0~i~0-86400 c2␣audit␣mode~0~B! clr␣enabled~0~b clr␣strict␣security~1~b column␣encryption␣enclave␣type~0~I~0-2 common␣criteria␣compliance␣enabled~0~B!
contained␣database␣authentication~0~b cost␣threshold␣for␣parallelism~5~i~0-32767 cross␣db␣ownership␣chaining~0~b! cursor␣threshold~-1~i~-1-2147483647 data␣processed␣daily␣limit␣in␣tb~2147483647~i database␣mail␣xps~0~b default␣full-text␣language~1033~i default␣language~0~i~0-9999 default␣trace␣enabled~1~b disallow␣results␣from␣triggers~0~b
external␣scripts␣enabled~0~B! filestream␣access␣level~0~i!~0-2 fill␣factor␣(%)~0~I~0-100 ft␣crawl␣bandwidth␣(max)~100~i~0-32767 ft␣crawl␣bandwidth␣(min)~0~i~0-32767 ft␣notify␣bandwidth␣(max)~100~i~0-32767 ft␣notify␣bandwidth␣(min)~0~i~0-32767 hadoop␣connectivity~0~I!~0-7 in-doubt␣xact␣resolution~0~i~0-2 index␣create␣memory␣(kb)~0~i
lightweight␣pooling~0~B! locks~0~I! max␣degree␣of␣parallelism~0~i~0-32767 max␣full-text␣crawl␣range~4~i~0-256 max␣rpc␣request␣params␣(kb)~0~i max␣server␣memory␣(mb)~{DBInstanceClassMemory/1048576}~i~128-2147483647 max␣text␣repl␣size␣(b)~65536~i~-1-2147483647 max␣worker␣threads~0~i~128-65535 media␣retention~0~I!~0-365
min␣memory␣per␣query␣(kb)~1024~i~512-2147483647 min␣server␣memory␣(mb)~0~i nested␣triggers~1~b network␣packet␣size␣(b)~4096~i~512-32767 ole␣automation␣procedures~0~b! open␣objects~0~I! optimize␣for␣ad␣hoc␣workloads~0~b ph␣timeout␣(s)~60~i~1-3600 polybase␣enabled~0~b! polybase␣network␣encryption~1~b precompute␣rank~0~b priority␣boost~0~B!
query␣governor␣cost␣limit~0~i query␣wait␣(s)~-1~i~-1-2147483647 rds.3des168~enabled~L~default,enabled,disabled rds.curve25519~default~L~default,enabled,disabled rds.diffie-hellman~default~L~default,enabled,disabled rds.diffie-hellman-min-key-bit-length~default~L~default,1024,2048,4096 rds.fips~0~B rds.force_ssl~0~B rds.rc4~disabled~L~default,enabled,disabled
rds.sqlserver_audit~~s rds.tls10~default~L~default,enabled,disabled rds.tls11~default~L~default,enabled,disabled rds.tls12~default~L~default,enabled recovery␣interval␣(min)~0~i~0-32767 remote␣access~1~B remote␣admin␣connections~0~b! remote␣data␣archive~0~b remote␣login␣timeout␣(s)~10~i remote␣proc␣trans~0~b remote␣query␣timeout␣(s)~600~i
replication␣xps~0~b! scan␣for␣startup␣procs~0~B! server␣trigger␣recursion~1~b set␣working␣set␣size~0~B! show␣advanced␣options~1~b! smo␣and␣dmo␣xps~1~b! suppress␣recovery␣model␣errors~0~b tempdb␣metadata␣memory-optimized~0~B transform␣noise␣words~0~b two␣digit␣year␣cutoff~2049~i~1753-9999 user␣connections~0~I~0-32767 user␣options~0~i~0-32767
version␣high␣part␣of␣sql␣server~0~i! version␣low␣part␣of␣sql␣server~0~i! xp_cmdshell~0~b!
";

pub const DB2: &str = "
alt_diagpath~~s! alternate_auth_enc~~l~AES_CMP,AES_ONLY applheapsz~automatic~s appl_memory~automatic~s authentication~SERVER_ENCRYPT~L~SERVER,SERVER_ENCRYPT auto_maint~on~l~on,off auto_reorg~off~l~on,off auto_runstats~on~l~on,off auto_stmt_stats~on~l~on,off auto_tbl_maint~on~l~on,off avg_appls~automatic~s catalogcache_sz~-1~i~-1-524288
chngpgs_thresh~60~i~5-99 comm_bandwidth~~f cpuspeed~~f cur_commit~on~l~on,available,disabled database_memory~automatic~s db2_ats_enable~YES~L~YES,NO db2_compatibility_vector~~S db2_use_alternate_page_cleaning~ON~L~ON,OFF dbheap~automatic~s dec_to_char_fmt~new~l~new,v95 decflt_rounding~round_half_even~l~round_half_even,round_up,round_down
dft_degree~1~s dft_extent_sz~32~I~2-256 dft_loadrec_ses~1~i~1-30000 dft_mttb_types~system~l~all,none,system dft_prefetch_sz~automatic~s dft_queryopt~5~l~0,1,2,3,5,7,9 dft_refresh_age~0~s dft_schemas_dcc~no~l~yes,no dft_sqlmathwarn~no~L~yes,no diaglevel~3~i~0-4 diagsize~1000~I dlchktime~10000~i~1000-600000 fcm_num_buffers~automatic~s
fenced_pool~automatic~s health_mon~off~l~on,off ibm_customer_id~~s ibm_site_id~~s indexrec~restart~l~system,access,access_no_redo,restart,restart_no_redo instance_memory~80~s intra_parallel~NO~L~YES,NO,SYSTEM locklist~automatic~s locktimeout~-1~i~-1-32767 log_appl_info~no~l~yes,no log_ddl_stmts~no~l~yes,no logarchcompr1~off~l~on,off
logarchmeth1~USEREXIT~S! logbufsz~2150~i~4-524288 logfilsiz~10000~i~4-16777152 logprimary~40~I~2-4096 logsecond~200~i~-1-4096 max_connections~automatic~s max_coordagents~automatic~s max_querydegree~-1~s maxappls~automatic~s maxfilop~61440~i~64-61440 maxlocks~automatic~s mincommit~1~i~1-25 mon_act_metrics~base~l~none,base,extended
mon_lw_thresh~4294967295~i~1000-4294967295 mon_obj_metrics~extended~l~none,base,extended mon_req_metrics~base~l~none,base,extended num_freqvalues~10~i~0-32767 num_iocleaners~automatic~s num_ioservers~automatic~s num_poolagents~automatic~s num_quantiles~20~i~0-32767 pckcachesz~automatic~s rds.ssl_db2comm~tcpip~L~tcpip,ssl,tcpip,ssl
self_tuning_mem~on~l~on,off seqdetect~yes~l~yes,no sheapthres~0~i sheapthres_shr~automatic~s softmax~0~i sortheap~automatic~s ssl_svcename~{EndPointSSLPort}~S stat_heap_sz~automatic~s stmt_conc~off~l~off,literals,on stmtheap~automatic~s svcename~{EndPointPort}~S! trackmod~no~l~yes,no util_heap_sz~automatic~s wlm_collect_int~0~i~0-32767
";

pub const DOCDB: &str = "
audit_logs~disabled~l~enabled,disabled,none,ddl,dml_read,dml_write,all change_stream_log_retention_duration~10800~i~3600-604800 default_collection_compression~disabled~l~enabled,disabled planner_version~1.0~l~1.0,2.0 profiler~disabled~l~enabled,disabled profiler_sampling_rate~1.0~f~0-1 profiler_threshold_ms~100~i~50-2147483646
tls~enabled~L~enabled,disabled,tls1.2+,tls1.3+,fips-140-3 ttl_monitor~enabled~l~enabled,disabled
";

pub const NEPTUNE: &str = "
neptune_autoscaling_config~~s neptune_dfe_query_engine~viaQueryHint~L~enabled,viaQueryHint neptune_enable_audit_log~0~L~0,1 neptune_enable_slow_query_log~~l~info,debug,disable neptune_lab_mode~~s neptune_lookup_cache~0~L~0,1 neptune_query_timeout~120000~i~10-2147483647 neptune_result_cache~0~L~0,1 neptune_slow_query_log_threshold~5000~i~0-2147483647
neptune_streams~0~L~0,1 neptune_streams_expiry_days~7~i~1-90
";
